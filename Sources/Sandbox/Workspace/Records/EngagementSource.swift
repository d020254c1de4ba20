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

    /// Writes everything that is not expanded.
    func writeMembers(to json: inout JSONWriter, createdAt: Timestamp, updatedAt: Timestamp)
    /// Writes the expanded parts that never change.
    func writeOtherParts(to json: inout JSONWriter, _ expand: Expand)
}
