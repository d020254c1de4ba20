import Bytes
import JSON

/// A meeting or call, and its participants.
final class Engagement: Record {
    private(set) var seed: any EngagementSource
    /// The key that makes its creation repeatable.
    let externalID: String?
    /// The participants in order, including calendar resources.
    private(set) var contactIDs: [String]
    private(set) var tagIDs: [String]
    private(set) var companyIDs: [String]

    init(_ seed: any EngagementSource, externalID: String? = nil) {
        self.seed = seed
        self.externalID = externalID
        contactIDs = seed.contactIDs
        tagIDs = seed.tagIDs
        companyIDs = seed.companyIDs
        super.init(id: seed.id, createdAt: seed.createdAt, updatedAt: seed.updatedAt)
    }

    func replaceContacts(with ids: [String], at time: Timestamp) {
        contactIDs = ids
        touch(at: time)
    }

    func replaceTags(with ids: [String], at time: Timestamp) {
        tagIDs = ids
        touch(at: time)
    }

    /// Takes the next step of the processing of its recording, if there is one; `time` gives the time of that.
    func processFurther(at time: () -> Timestamp) {
        guard let next = seed.processedFurther else { return }
        seed = next
        touch(at: time())
    }

    /// Removes a deleted object from its parts.
    func forget(_ id: String) {
        contactIDs.removeAll { $0 == id }
        tagIDs.removeAll { $0 == id }
        companyIDs.removeAll { $0 == id }
        forgetRendered()
    }

    override var searchText: String { seed.title }

    override func time(_ filter: String) -> Timestamp? { filter == "start_at" ? seed.startAt : nil }

    override func words(_ filter: String) -> [String] {
        switch filter {
        case "engagement_type": [seed.type]
        case "processing_status": [seed.status]
        case "contact_ids": contactIDs
        case "company_ids": companyIDs
        case "deals": seed.deal.map { [$0.word] } ?? []
        default: []
        }
    }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        seed.writeMembers(to: &json, createdAt: createdAt, updatedAt: updatedAt)
        if expand.contains(.companies) {
            json.list("companies", companyIDs.compactMap { workspace.company($0) }) { $1.writePart(to: &$0) }
        }
        if expand.contains(.contacts) {
            json.list("contacts", contactIDs.compactMap({ workspace.contact($0) })) { $1.writeParticipant(to: &$0) }
        }
        if expand.contains(.owner) {
            json.name("owner")
            if let owner = seed.ownerID.flatMap({ workspace.user($0) }) {
                owner.writeOwner(to: &json)
            } else {
                json.null()
            }
        }
        seed.writeOtherParts(to: &json, expand)
        if expand.contains(.tags) {
            json.list("tags", tagIDs.compactMap({ workspace.tag($0) })) { $1.writePart(to: &$0) }
        }
    }

    /// The id of the only timeline of an engagement's transcript.
    static func timelineID(_ engagementID: String) -> String { "tt_" + engagementID.dropFirst("ngmt_".count) }

    /// Writes who spoke when.
    func writeTimeline(to json: inout JSONWriter, _ workspace: Workspace) {
        let speakers = contactIDs.compactMap({ workspace.contact($0) }).filter { !$0.isCalendarResource }
        let count = speakers.isEmpty ? 0 : seed.sentences
        json.beginObject()
        json.member("object", "transcript_timeline")
        json.member("id", Self.timelineID(id))
        json.member("engagement_id", id)
        if let timeline = seed.timeline {
            timeline.writeMembers(to: &json)
            json.name("overall_sentiment")
            json.null()
            return json.endObject()
        }
        json.list("speakers", speakers) { json, contact in
            json.member(
                "name", [contact.facts.firstName, contact.facts.lastName].compactMap(\.self).joined(separator: " "))
            json.member("contact_id", contact.id)
        }
        json.list("entries", Array(0..<count)) { json, number in
            json.member("speaker_index", (number * 7 + seed.number) % speakers.count)
            json.member("start_seconds", number * 14)
            json.member("end_seconds", number * 14 + 11)
            json.member("text", Transcripts.sentence(number + seed.number))
        }
        json.name("overall_sentiment")
        if count == 0 { json.null() } else { json.raw(Bytes("0.25")) }
        json.endObject()
    }
}
