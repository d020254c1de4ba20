import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import LSP

/// What is known of the records whose ids are in open documents. Facts are fresh for a minute; then they are shown and
/// fetched anew.
final class NameDirectory {
    private struct Entry {
        var state: RecordState?
        /// Until when nothing is looked up.
        var freshUntil = Instant(nanoseconds: 0)
        /// How soon it is to be looked up; nil when it is not in line.
        var urgency: Urgency?
        /// The number of the look-up that is under way.
        var lookUp: Int?
        /// When it was asked for last, in looks.
        var lookedAt = 0
    }

    private let calls: BackgroundCalls
    /// Told of records that were looked up, and whether something else is to be shown of them than before.
    private let onArrival: (ResourceID, Bool) -> Void
    /// Told how many seconds nothing is looked up.
    private let onPause: (Double) -> Void
    private var entries: [ResourceID: Entry] = [:]
    private var looks = 0
    private var lookUps = 0
    /// Whether the token may not read the contacts of engagements.
    private var lacksContacts = false
    /// Until when nothing is looked up but what a person waits for, and why.
    private var pause: (until: Instant, why: RPCFailure)?
    private var now = Instant(nanoseconds: 0)

    /// Seconds that facts stay fresh, that a failure is not tried again, and that none is where it would be for all.
    private static let seconds = (fresh: 60.0, failed: 5.0, pause: 30.0)
    /// Records that are kept, at most, and how many are forgotten at once beyond that.
    private static let limits = (kept: 10_000, forgotten: 1000)
    /// Milliseconds that one look-up may take.
    private static let timeout = 10_000

    init(
        _ calls: BackgroundCalls, onArrival: @escaping (ResourceID, Bool) -> Void, onPause: @escaping (Double) -> Void
    ) {
        (self.calls, self.onArrival, self.onPause) = (calls, onArrival, onPause)
    }

    /// How many records are kept.
    var count: Int { entries.count }

    /// What is known about a record; nil for nothing yet. Looks it up if that is nothing or old.
    func state(of id: ResourceID, _ urgency: Urgency?, at now: Instant) -> RecordState? {
        self.now = now
        guard let urgency else { return entries[id]?.state }
        looks += 1
        if entries[id] == nil { makeRoom() }
        entries[id, default: Entry()].lookedAt = looks
        guard let entry = entries[id], entry.freshUntil <= now else { return entries[id]?.state }
        if let pause, isPaused, urgency != .awaited { return entry.state ?? .failed(pause.why.sentence) }
        lookUp(id, urgency)
        // A failure is told until the next try.
        if case .failed = entry.state { return nil }
        return entry.state
    }

    /// A write has ended, whatever became of it: what it may have changed is looked up anew. One to something other
    /// than an engagement may change how anything is shown, because names stand in other records too.
    func forget(_ method: Method, _ resource: String) {
        let isOfOne = method.resource == "engagement"
        for id in Array(entries.keys) where !isOfOne || id.text == resource {
            guard let entry = entries.removeValue(forKey: id) else { continue }
            if entry.lookUp != nil || entry.urgency != nil { lookUp(id, entry.urgency ?? .shown) }
            onArrival(id, true)
        }
    }

    /// Drops look-ups that nobody waits for and that have not begun; false if there were none.
    func dropWaiting() -> Bool {
        calls.dropWaiting()
        let dropped = entries.filter { $0.value.urgency != nil && $0.value.urgency != .awaited }.keys
        for id in dropped { entries[id]?.urgency = nil }
        return !dropped.isEmpty
    }

    private var isPaused: Bool { pause.map { now < $0.until } ?? false }

    private func makeRoom() {
        guard entries.count >= Self.limits.kept else { return }
        let oldest = entries.sorted { $0.value.lookedAt < $1.value.lookedAt }.prefix(Self.limits.forgotten)
        for (id, _) in oldest { entries[id] = nil }
    }

    private func lookUp(_ id: ResourceID, _ urgency: Urgency) {
        let entry = entries[id, default: Entry()]
        guard entry.lookUp == nil, entry.urgency.map({ $0.rawValue < urgency.rawValue }) ?? true,
            calls.offers(id.kind.getter)
        else { return }
        lookUps += 1
        let number = lookUps
        entries[id, default: Entry()].urgency = urgency
        let takesContacts = id.kind == .engagement && !lacksContacts
        calls.add(id.kind.getter, urgency) { json in
            json.member("\(id.kind.word)_id", id.text)
            if takesContacts { json.member("expand", ["contacts"]) }
            json.name("options")
            json.beginObject()
            json.member("timeout_ms", Self.timeout)
            json.endObject()
        } isWanted: { [unowned self] in
            guard entries[id]?.urgency == urgency else { return false }
            entries[id]?.urgency = nil
            if isPaused, urgency != .awaited { return false }
            entries[id]?.lookUp = number
            return true
        } then: { [unowned self] reply in
            // A write that ended meanwhile may have made the answer an old one.
            guard entries[id]?.lookUp == number else { return }
            entries[id]?.lookUp = nil
            if case .failure(let failure) = reply, failure.kind == .forbidden, takesContacts {
                lacksContacts = true
                return lookUp(id, urgency)
            }
            end(id, reply)
        }
    }

    private func end(_ id: ResourceID, _ reply: CallReply) {
        let old = entries[id]?.state
        var seconds = Self.seconds.fresh
        switch reply {
        case .result(let result):
            guard let facts = result.member("data").flatMap({ RecordFacts($0, id) }) else {
                return end(id, .failure(RPCFailure(.badResponse, "The answer is not this record.")))
            }
            entries[id, default: Entry()].state = .known(facts)
        case .failure(let failure) where failure.kind == .notFound: entries[id, default: Entry()].state = .missing
        case .failure(let failure):
            seconds = failure.retryAfterMs.map { Double($0) / 1000 } ?? Self.seconds.failed
            if failure.kind == .forbidden {
                seconds = Self.seconds.fresh
            } else if failure.isLikelyForAll {
                // Whether a token or a network is there again is not asked all the time, unless a person waits.
                let rest = failure.kind == .rateLimited ? seconds : Self.seconds.pause
                if !isPaused { onPause(rest) }
                pause = (now + rest, failure)
            }
            // What was known stays.
            if case .known = old {} else { entries[id, default: Entry()].state = .failed(failure.sentence) }
        }
        entries[id]?.freshUntil = now + seconds
        onArrival(id, Self.isNews(entries[id]?.state, after: old))
    }

    private static func isNews(_ state: RecordState?, after old: RecordState?) -> Bool {
        switch (state, old) {
        case (.known(let facts), .known(let before)): facts != before
        case (.missing, .missing), (.failed, _): false
        default: true
        }
    }

    /// Notes the time.
    func turn(at now: Instant) { self.now = now }
}
