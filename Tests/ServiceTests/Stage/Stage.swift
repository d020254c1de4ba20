import Bytes
import HTTP
import JSON
import LSP

@testable import Service

/// One answer, with when it came.
struct StageAnswer: CustomStringConvertible {
    let text: String
    let at: Double
    let code: Int?
    let kind: String?
    let attempts: Int?
    let applied: String?
    let retryable: Bool?
    let retryAfterMs: Int?

    var description: String { "at \(at): \(text)" }
    var isResult: Bool { code == nil }

    init(_ root: JSONSlice, at: Double) {
        let error = root.member("error")
        let data = error?.member("data")
        text = root.bytes.text
        self.at = at
        code = error?.member("code")?.integer
        kind = data?.member("kind")?.string
        attempts = (data ?? root.member("result")?.member("meta"))?.member("attempts")?.integer
        applied = data?.member("applied")?.string
        retryable = data?.member("retryable")?.bool
        retryAfterMs = data?.member("retry_after_ms")?.integer
    }
}

/// A service under a simulated loop, for tests that say what happens: fates are taken in order, the last one for ever.
final class Stage {
    let service: RPCServer
    let transport: FakeTransport
    let loop: SimulatedLoop
    /// Every answer by its id as spelled, in order.
    private(set) var answers: [String: [StageAnswer]] = [:]
    private(set) var order: [String] = []
    /// What `surroundings.random` gives.
    var random = 0.5
    /// What `surroundings.refreshToken` gives.
    var refreshedToken = TokenAnswer.failed("")
    /// What `surroundings.prepare` gives.
    var preparation = TokenAnswer.ready
    /// What the attempts meet, one after the other.
    var fates: [Fate]
    /// What attempts on a target that ends like this meet, instead.
    var fatesByTarget: [String: [Fate]] = [:]
    private var pending: [UInt8] = []

    init(
        _ fates: [Fate] = [.answer(200)], journal: FakeJournal? = nil, attendees: (any AttendeesFolder)? = nil,
        _ change: (inout ServiceSettings) -> Void = { _ in }
    ) {
        var settings = ServiceSettings(version: "0", baseURL: "https://api.test")
        change(&settings)
        self.fates = fates
        let box = Box()
        transport = FakeTransport { exchange in box.stage?.nextFate(exchange) ?? .silence }
        let transport = transport
        let surroundings = ServiceSurroundings(
            random: { box.stage?.random ?? 0 }, wallClock: { 1_700_000_000 + transport.now.offset },
            prepare: { box.stage?.preparation ?? .ready },
            refreshToken: { box.stage?.refreshedToken ?? .failed("") },
            log: Logger(level: .error, format: .text) { _ in })
        service = RPCServer(
            settings: settings, surroundings: surroundings, transport: transport, journal: journal,
            attendees: attendees)
        loop = SimulatedLoop(service, transport)
        loop.journal = journal
        box.stage = self
        loop.onOutput = { box.stage?.take($0) }
    }

    private final class Box {
        weak var stage: Stage?
    }

    private func nextFate(_ exchange: Exchange) -> Fate {
        let target = exchange.request.target.bytes.text
        // The longest one says the most.
        let keys = fatesByTarget.keys.filter { target.contains($0) }
        if let key = keys.max(by: { $0.utf8.count < $1.utf8.count }), let list = fatesByTarget[key] {
            if list.count > 1 { fatesByTarget[key]?.removeFirst() }
            return list[0]
        }
        return fates.count > 1 ? fates.removeFirst() : fates[0]
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        var start = 0
        while let end = pending[start...].firstIndex(of: 0x0A) {
            pending[start..<end].withUnsafeBytes { line in
                var scanner = JSONScanner(line)
                guard let root = try? scanner.text() else { return }
                for answer in root.kind == .array ? Array(root.elements) : [root] {
                    let id = answer.member("id")?.bytes.text ?? "-"
                    answers[id, default: []].append(StageAnswer(answer, at: loop.now.offset))
                    order.append(id)
                }
            }
            start = end + 1
        }
        pending.removeFirst(start)
    }

    // MARK: The host

    func get(_ id: Int?, _ engagement: String = "ngmt_a", options: String? = nil) {
        send(id, "engagement.get", #""engagement_id":"\#(engagement)""#, options)
    }

    func put(_ id: Int?, _ engagement: String = "ngmt_a", _ contact: String = "cnt_a", options: String? = nil) {
        send(
            id, "engagement.replaceContacts", #""engagement_id":"\#(engagement)","contact_ids":["\#(contact)"]"#,
            options)
    }

    func cancel(_ id: Int) { loop.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(id)}}"#) }

    private func send(_ id: Int?, _ method: String, _ params: String, _ options: String?) {
        let head = id.map { #""id":\#($0),"# } ?? ""
        let tail = options.map { #","options":\#($0)"# } ?? ""
        loop.send(#"{"jsonrpc":"2.0",\#(head)"method":"\#(method)","params":{\#(params)\#(tail)}}"#)
    }

    @discardableResult
    func run(_ seconds: Double = 0.005) -> SimulatedLoop.Outcome { loop.run(for: seconds) }

    // MARK: What came

    /// The one answer to `id`; nil when there is none, or more than one.
    func answer(_ id: Int) -> StageAnswer? {
        let all = answers["\(id)", default: []]
        return all.count == 1 ? all[0] : nil
    }

    var sent: [FakeTransport.Record] { transport.records.filter(\.wasSent) }
}
