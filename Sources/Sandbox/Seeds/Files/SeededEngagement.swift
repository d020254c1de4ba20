import JSON

/// The initial state of an engagement of a seed.
struct SeededEngagement: EngagementSource {
    private let element: SeedElement<EngagementFacts>
    private let clock: Timestamp
    let number: Int

    /// The element at `number` of a workspace whose clock begins at `clock`.
    init(_ element: SeedElement<EngagementFacts>, at number: Int, clock: Timestamp) {
        (self.element, self.number, self.clock) = (element, number, clock)
    }

    private var facts: EngagementFacts { element.facts }
    var id: String { element.id }
    var title: String { facts.title ?? id }
    var type: String { facts.type }
    var status: String { facts.status }
    var isPrivate: Bool { facts.isPrivate }
    var createdAt: Timestamp { element.createdAt(clock) }
    var updatedAt: Timestamp { element.updatedAt(clock) }
    var startAt: Timestamp { facts.startAt ?? facts.engagementAt ?? createdAt }
    var deal: CRMLink? { facts.crm }
    var ownerID: String? { facts.ownerID }
    var contactIDs: [String] { facts.contactIDs }
    var companyIDs: [String] { facts.companyIDs }
    var tagIDs: [String] { facts.tagIDs }
    var sentences: Int { facts.transcript == nil ? 0 : 8 }

    func writeFurtherMembers(to json: inout JSONWriter) {
        json.member("is_internal", facts.isInternal)
        json.member("engagement_at", (facts.engagementAt ?? startAt).text)
        json.member("start_at", startAt.text)
        json.association(facts.crm)
        if let owner = ownerID { json.member("owner_user_id", owner) }
        if let host = facts.hostID { json.member("host_user_id", host) }
        element.extra.write(to: &json)
    }

    func writeOtherParts(to json: inout JSONWriter, _ expand: Expand) {
        if expand.contains(.actionItems) { Self.write("action_items", facts.actionItems, to: &json) }
        if expand.contains(.signals) { Self.write("signals", facts.signals, to: &json) }
        if expand.contains(.transcript) {
            json.name("transcript")
            if let transcript = facts.transcript { transcript.write(to: &json) } else { json.null() }
        }
        if expand.contains(.mediaURL) { json.member("media_url", orNull: facts.mediaURL) }
    }

    private static func write(_ name: String, _ list: [RawJSON], to json: inout JSONWriter) {
        json.name(name)
        json.beginArray()
        for item in list { item.write(to: &json) }
        json.endArray()
    }
}
