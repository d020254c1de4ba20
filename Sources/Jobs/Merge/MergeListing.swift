import HTTP
import JSON

/// Lists the engagements of each contact that goes, all pages, side by side.
final class MergeListing: JobStage {
    /// The ids of the engagements, pair by pair, in the API's order.
    private(set) var engagements: [[String]]
    /// Why the engagements of a pair can't be listed.
    private(set) var failures: [Int: JobFailure] = [:]
    /// Why the listing has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private let pairs: [MergePair]
    private var cursors: [Int: String] = [:]
    private var queue: CallQueue

    init(_ pairs: [MergePair], _ limits: CallLimits) {
        self.pairs = pairs
        engagements = pairs.map { _ in [] }
        // The contacts were read, so the API is there.
        queue = CallQueue(Array(pairs.indices), limit: limits.count(requests: 1), reached: true)
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }

    func nextCall(at now: Instant) -> JobCall? {
        guard let item = queue.next(at: now) else { return nil }
        let (id, cursor) = (pairs[item].duplicate, cursors[item])
        return JobCall("contact.listEngagements", tag: item) { json in
            json.member("contact_id", id)
            json.member("all", true)
            json.member("fields", ["id"])
            if let cursor { json.member("cursor", cursor) }
        }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(item, nil, at: now)
            read(result, item, at: now)
        case .failure(let problem):
            let end = queue.end(item, problem, at: now)
            guard end != .again else { return }
            failures[item] = problem
            guard end == .hopeless else { return }
            failure = problem
            for left in queue.close() { failures[left] = problem }
        }
    }

    private func read(_ result: JSONSlice, _ item: Int, at now: Instant) {
        guard let page = result.member("data"), let items = page.member("data") else {
            failures[item] = JobFailure(.badResponse, "The answer is no list of engagements.")
            return
        }
        let found = items.elements.compactMap { $0.member("id")?.string }
        engagements[item] += found
        guard page.member("has_more")?.bool == true else { return }
        let cursor = page.member("next_cursor")?.string
        if let cursor, cursor != cursors[item] {
            cursors[item] = cursor
            return queue.repeats(item, at: now)
        }
        let cause = result.member("meta")?.member("stopped_by")?.member("error")
        failures[item] =
            cause.map(JobFailure.init)
            ?? JobFailure(.badResponse, "The list of engagements could not be read to its end.")
    }
}
