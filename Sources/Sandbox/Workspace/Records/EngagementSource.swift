import JSON

/// Where an engagement comes from: what it is at first, and what no request changes.
protocol EngagementSource: Sendable {
    var id: String { get }
    var title: String { get }
    var type: String { get }
    var status: String { get }
    var isPrivate: Bool { get }
    var createdAt: Timestamp { get }
    var updatedAt: Timestamp { get }
    var startAt: Timestamp { get }
    var deal: CRMLink? { get }
    var ownerID: String? { get }
    var contactIDs: [String] { get }
    var companyIDs: [String] { get }
    var tagIDs: [String] { get }
    /// Chooses what is said in it.
    var number: Int { get }
    /// How many sentences its timeline has.
    var sentences: Int { get }
    /// The timeline that it came with; nil for one that the sandbox makes up.
    var timeline: GivenTimeline? { get }
    /// What it is after the next step of its processing; nil when there is none.
    var processedFurther: (any EngagementSource)? { get }

    /// Writes what is not expanded, but for the members that `writeMembers` writes first.
    func writeFurtherMembers(to json: inout JSONWriter)
    /// Writes the expanded parts that never change.
    func writeOtherParts(to json: inout JSONWriter, _ expand: Expand)
}

extension EngagementSource {
    var timeline: GivenTimeline? { nil }
    var processedFurther: (any EngagementSource)? { nil }

    /// Writes everything that is not expanded. The times are those of now.
    func writeMembers(to json: inout JSONWriter, createdAt: Timestamp, updatedAt: Timestamp) {
        json.member("object", "engagement")
        json.member("id", id)
        json.member("title", title)
        json.member("engagement_type", type)
        json.member("processing_status", status)
        json.member("is_private", isPrivate)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
        writeFurtherMembers(to: &json)
    }
}
