import Bytes
import JSON

/// The initial state of an engagement. Only its participants and tags can change.
struct EngagementSeed: EngagementSource {
    enum Transcript: Sendable {
        case none, short, long
        /// As it came with the engagement.
        case given(GivenTimeline)
    }

    /// Every `engagement_type` and `processing_status` of the API (page engagement-deleted-webhook).
    static let types: Set = ["MEETING", "CALL", "EMAIL", "TASK", "NOTE", "CALENDAR_EVENT", "DOCUMENT"]
    static let statuses: Set = ["PENDING", "PROCESSING", "COMPLETED", "FAILED"]

    let number: Int
    let title: String
    var type = "MEETING"
    var status = "COMPLETED"
    var isPrivate = false
    var isInternal = false
    var description: String?
    var minutes: Int? = 30
    var meetingURL: String?
    var externalURL: String?
    var crmID: String?
    var owner: Int? = 1
    var host: Int?
    var companies: [Int] = []
    var contactIDs: [String] = []
    var transcript = Transcript.short
    var hasMedia = true
    var actionItems: [String] = []
    var signals: [String] = []
    var tags: [Int] = []

    var origin = Origin.named
    var source: String?

    /// Where an engagement comes from, which decides its id and its times.
    enum Origin: Sendable {
        /// One of the twelve with well-known ids.
        case named
        /// One of the archive, which fills lists and searches.
        case archived
        /// Created by a request.
        case created(id: String, at: Timestamp, startAt: Timestamp, ownerID: String?)
    }

    var id: String {
        switch origin {
        case .named: "ngmt_sandbox\(number.padded(to: 2))"
        case .archived: "ngmt_archive\(number.padded(to: 3))"
        case .created(let id, _, _, _): id
        }
    }

    var startAt: Timestamp {
        switch origin {
        case .named: WorkspaceSeed.epoch.adding(seconds: number * 5 * 86_400 + number * 900)
        case .archived: WorkspaceSeed.archiveEpoch.adding(seconds: number * 86_400 + number % 32 * 900)
        case .created(_, _, let time, _): time
        }
    }

    var createdAt: Timestamp {
        if case .created(_, let time, _, _) = origin { time } else { startAt.adding(seconds: -3 * 86_400) }
    }

    var updatedAt: Timestamp {
        if case .created(_, let time, _, _) = origin { time } else { startAt.adding(seconds: 3_600 + number * 61) }
    }

    var ownerID: String? {
        if case .created(_, _, _, let owner) = origin { owner } else { owner.map(WorkspaceSeed.userID) }
    }

    var deal: CRMLink? { crmID.map { CRMLink(type: "deal", id: $0) } }
    var companyIDs: [String] { companies.map(WorkspaceSeed.companyID) }
    var tagIDs: [String] { tags.map(WorkspaceSeed.tagID) }

    var sentences: Int {
        switch transcript {
        case .none, .given: 0
        case .short: 8
        case .long: 400
        }
    }

    var timeline: GivenTimeline? {
        if case .given(let timeline) = transcript { timeline } else { nil }
    }

    var processedFurther: (any EngagementSource)? {
        guard case .created = origin, status == "PENDING" || status == "PROCESSING" else { return nil }
        var next = self
        next.status = status == "PENDING" ? "PROCESSING" : "COMPLETED"
        guard next.status == "COMPLETED" else { return next }
        next.transcript = .short
        next.minutes = 2
        return next
    }

    func writeFurtherMembers(to json: inout JSONWriter) {
        if let description { json.member("description", description) }
        json.member("data_source", source ?? (type == "CALL" ? "dialer" : "google_calendar"))
        json.member("is_internal", isInternal)
        json.member("engagement_at", startAt.text)
        json.member("start_at", startAt.text)
        if let minutes {
            json.member("end_at", startAt.adding(seconds: minutes * 60).text)
            json.member("duration_seconds", minutes * 60)
        }
        if let meetingURL { json.member("meeting_url", meetingURL) }
        if let externalURL { json.member("external_url", externalURL) }
        json.association(deal)
        if let ownerID { json.member("owner_user_id", ownerID) }
        if let host { json.member("host_user_id", WorkspaceSeed.userID(host)) }
    }

    /// Writes the expanded parts that never change.
    func writeOtherParts(to json: inout JSONWriter, _ expand: Expand) {
        if expand.contains(.actionItems) {
            json.list("action_items", Array(actionItems.enumerated())) { json, item in
                json.member("object", "action_item")
                json.member("title", item.element)
                json.member("is_completed", item.offset % 2 == 1)
            }
        }
        if expand.contains(.signals) {
            json.list("signals", signals) { json, signal in
                json.member("object", "signal")
                json.member("type", "annotation")
                json.member("title", signal)
                json.member("description", "Heard in \u{201C}\(title)\u{201D}.")
            }
        }
        if expand.contains(.transcript) {
            json.name("transcript")
            switch transcript {
            case .none: json.null()
            case .short: json.raw(Transcripts.text(seed: number, byteCount: 1_500))
            case .long: json.raw(Transcripts.text(seed: number, byteCount: 1_100_000))
            case .given(let timeline): json.string(timeline.text)
            }
        }
        if expand.contains(.mediaURL) {
            let signature = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
            let url = "https://media.askelephant.example/\(id)/recording.mp4?expires=1793491200&signature=\(signature)"
            json.member("media_url", orNull: hasMedia ? url : nil)
        }
    }
}

extension WorkspaceSeed {
    var engagements: [EngagementSeed] {
        func contacts(_ numbers: Int...) -> [String] { numbers.map(Self.contactID) }
        return [
            EngagementSeed(
                number: 1, title: "Quarterly review with Acme",
                description: "Numbers of the last quarter, open tickets, and what comes next.",
                minutes: 45, meetingURL: "https://meet.example/abc-defg-hij", crmID: "hs-deal-3001", owner: 1, host: 2,
                companies: [1], contactIDs: contacts(1, 2) + [Self.roomID],
                actionItems: ["Send the revised quote", "Book the next review"], signals: ["Asked for a discount"],
                tags: [1, 4]),
            EngagementSeed(
                number: 2, title: "Intro call without participants", type: "CALL", minutes: 5,
                externalURL: "dialer://calls/8812", transcript: .none, hasMedia: false),
            EngagementSeed(
                number: 3, title: "Salary talk (confidential)", isPrivate: true, isInternal: true, minutes: 60,
                owner: 4, contactIDs: contacts(3), tags: [2]),
            EngagementSeed(
                number: 4, title: "Two-day workshop, all sessions", minutes: 960, owner: 2, host: 2,
                companies: [2, 3], contactIDs: contacts(4, 5, 6, 7, 8, 9), transcript: .long,
                actionItems: ["Write up the results"], signals: ["Competitor named", "Budget confirmed"], tags: [3, 5]),
            EngagementSeed(
                number: 5, title: "Kündigung? Gespräch mit Café Müller", minutes: 25, owner: 2, companies: [2],
                contactIDs: contacts(10), signals: ["Churn risk"], tags: [2]),
            EngagementSeed(
                number: 6, title: "Onboarding: 北京数据", status: "PROCESSING", minutes: nil, owner: 3,
                companies: [3], contactIDs: contacts(11, 12), transcript: .none, hasMedia: false, tags: [3]),
            EngagementSeed(
                number: 7, title: "Cold call \u{1F418}", type: "CALL", minutes: 3, owner: nil, companies: [4],
                contactIDs: contacts(13), transcript: .short),
            EngagementSeed(
                number: 8, title: "Re: invoice 2026-0117", type: "EMAIL", minutes: nil, owner: 1, companies: [5],
                contactIDs: contacts(14, 15), transcript: .none, hasMedia: false),
            EngagementSeed(
                number: 9, title: "Weekly sync", isInternal: true, description: "Line one\nline \"two\"\tand a tab \\",
                minutes: 15, owner: 5, contactIDs: [Self.roomID]),
            EngagementSeed(
                number: 10, title: "Demo that could not be recorded", status: "FAILED", minutes: 30, companies: [6],
                contactIDs: contacts(16, 17, 18), transcript: .none, hasMedia: false),
            EngagementSeed(
                number: 11, title: "Board meeting", isPrivate: true, minutes: 120, owner: 4,
                contactIDs: contacts(19, 20) + [Self.roomID], tags: [6]),
            EngagementSeed(
                number: 12, title: "All-hands with every customer", minutes: 90, companies: [1, 2, 3, 4, 5],
                contactIDs: (21...40).map(Self.contactID), actionItems: ["Publish the recording"]),
        ]
    }
}
