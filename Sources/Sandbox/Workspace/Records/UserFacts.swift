/// The facts of a user. No request changes them.
struct UserFacts: Sendable {
    var firstName: String?
    var lastName: String?
    var jobTitle: String?
    var emails: [Address] = []
    var role = "MEMBER"
    var timeZone: String?
    var lastActivityAt: Timestamp?

    /// Whether the user may log in, and own what is created.
    var isActive: Bool { !["INACTIVE", "NOT_INVITED"].contains(role) }
}
