/// A group of methods that agents are offered together: a model chooses better among few.
public enum Toolset: String, CaseIterable, Sendable {
    /// The methods for tidying the attendees of a call.
    case attendees
    case engagements, contacts, companies, tags, users, comments

    /// The methods of `attendees`.
    private static let attendeeMethods: Set = [
        "engagement.get", "engagement.list", "engagement.replaceContacts", "engagement.addContacts",
        "engagement.removeContacts", "engagement.undo", "journal.list", "engagement.findContacts",
        "engagement.getTranscript", "contact.get",
        "contact.list",
        "contact.create", "contact.update", "user.list", "tag.list",
    ]

    /// Whether `method` is in it.
    public func contains(_ method: Method) -> Bool {
        switch self {
        case .attendees: Self.attendeeMethods.contains(method.name)
        // The journal is about them above all.
        case .engagements: method.resource == "engagement" || method.resource == "journal"
        case .contacts: method.resource == "contact"
        case .companies: method.resource == "company"
        case .tags: method.resource == "tag"
        case .users: method.resource == "user"
        case .comments: method.resource == "transcriptComment"
        }
    }
}
