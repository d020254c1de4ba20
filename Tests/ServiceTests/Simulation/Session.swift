import Bytes
import Foundation
import HTTP
import JSONRPC

@testable import Service

/// One random session from a seed: its settings, what the host says and does and when, and what the API does to it.
final class Session {
    enum End: CaseIterable { case inputEnds, signal, twoSignals, outputCloses, exitMethod }

    let dice: Dice
    let hasHeaders: Bool
    let settings: ServiceSettings
    /// How many of the attempts go wrong, 0...1.
    let faultRate: Double
    /// Whether the host stops reading for a while.
    let hostPauses: Bool
    let readLimit: Int
    let lateness: Double
    /// How it ends while things still run; nil when it is left to come to rest.
    let earlyEnd: End?
    private let messageCount: Int
    private let resources: [String]
    private var count = 0
    private var usedIDs: [String] = []
    private var streamEnd = 0

    init(seed: UInt64) {
        dice = Dice(seed: seed)
        let dice = dice
        hasHeaders = dice.chance(0.25)
        var settings = ServiceSettings(version: "0", baseURL: "https://api.test")
        settings.timeoutMs = dice.pick([60, 400, 1000, 3000, 30_000])
        settings.maxAttempts = dice.pick([1, 2, 3, 3, 5])
        settings.maxInFlight = dice.pick([1, 2, 5, 16, 64])
        settings.maxConnections = dice.pick([1, 2, 4, 16])
        self.settings = settings
        faultRate = dice.pick([0, 0.1, 0.4, 0.9])
        hostPauses = dice.chance(0.3)
        readLimit = dice.pick([.max, .max, 1000, 40, 3])
        lateness = dice.pick([0, 0.0005, 0.02])
        earlyEnd = dice.chance(0.4) ? dice.pick(End.allCases) : nil
        messageCount = dice.int(3...60)
        resources = (0..<dice.int(1...3)).map { "ngmt_W\($0)" }
    }

    /// The item that an attempt belongs to; -1 where the attempt alone does not tell.
    static func number(of record: FakeTransport.Record) -> Int { number(record.target, record.body) }

    /// Reads and additions name it in the path; of the contacts that a write names, the last is its own.
    static func number(_ target: String, _ body: String) -> Int {
        for (text, name) in [(target, "ngmt_R"), (target, "ngmt_A"), (body, "cnt_C")] {
            guard let mark = text.range(of: name, options: .backwards) else { continue }
            return Int(text[mark.upperBound...].prefix { $0.isNumber }) ?? -1
        }
        return -1
    }

    /// The engagement in a path.
    static func engagement(_ target: String) -> String {
        String(target.split(separator: "/").dropFirst().dropFirst().first?.prefix { $0 != "?" } ?? "")
    }

    /// Who takes part in an engagement that nobody has written to.
    static let firstContacts = ["cnt_S1", "cnt_S2"]
    /// A calendar resource, which takes part in each.
    static let room = "cnt_Room"

    // MARK: What the host says

    /// Puts everything the host says on the loop's agenda. Returns when the last of it is said.
    func script(_ loop: SimulatedLoop, _ ledger: Ledger) -> Instant {
        var at = Instant.start
        let gap = dice.pick([0.0, 0.001, 0.05, 0.5])
        for _ in 0..<messageCount {
            if dice.chance(0.7) { at = at + dice.uniform() * 2 * gap }
            let burst = dice.chance(0.1) ? dice.int(2...20) : 1
            let resource = burst > 1 ? dice.pick(resources) : nil
            for _ in 0..<burst { say(loop, ledger, at, resource) }
        }
        if dice.chance(0.03) {
            // More than the output may hold, all at once.
            for _ in 0..<60 { say(loop, ledger, at, nil, method: "rpc.discover") }
        }
        return at
    }

    private func say(
        _ loop: SimulatedLoop, _ ledger: Ledger, _ at: Instant, _ resource: String?, method: String? = nil
    ) {
        let (text, items, isBatch, nulls) = message(resource, method)
        var bytes = Array(text.utf8)
        if hasHeaders {
            bytes = Array("\(dice.pick(["Content-Length", "content-length"])): \(bytes.count)\r\n\r\n".utf8) + bytes
        } else {
            bytes += dice.chance(0.9) ? [0x0A] : [0x0D, 0x0A]
        }
        streamEnd += bytes.count
        ledger.add(Sent(end: streamEnd, items: items, isBatch: isBatch, nulls: nulls))
        loop.at(at) { loop.send(bytes) }
    }

    private func message(
        _ resource: String?, _ method: String?
    ) -> (String, items: [Item], isBatch: Bool, nulls: Int) {
        if let method {
            let (text, item) = local(method)
            return (text, [item], false, 0)
        }
        if let resource {
            let (text, item) = write(resource)
            return (text, [item], false, 0)
        }
        switch dice.int(0...99) {
        case 0...2: return (dice.pick(["{", "nonsense", "[1,]", "\"\\u12\"", "{\"id\":1}}"]), [], false, 1)
        case 3: return ("[]", [], false, 1)
        case 4: return ("[1]", [], true, 1)
        case 5 where !hasHeaders: return ("   ", [], false, 0)
        case 6...13:
            let parts = (0..<dice.int(1...8)).map { _ in single() }
            // A batch is answered as a whole, when its slowest call is.
            let slowest = parts.map(\.1.timeoutMs).max() ?? 0
            let items = parts.map { Item(number: $0.1.number, id: $0.1.id, kind: $0.1.kind, timeoutMs: slowest) }
            return ("[" + parts.map(\.0).joined(separator: ", ") + "]", items, true, 0)
        default:
            let (text, item) = single()
            return (text, [item], false, 0)
        }
    }

    private func single() -> (String, Item) {
        switch dice.int(0...99) {
        case 0...9: local(dice.pick(["service.ping", "service.ping", "service.info", "no.such", "$/nothing"]))
        case 10...14: refused()
        case 15...29: cancel()
        case 30...54: write(dice.pick(resources))
        case 55...60: addAlone()
        case 61...64: add(dice.pick(resources))
        default: read()
        }
    }

    private func read() -> (String, Item) {
        let number = next()
        return call("engagement.get", #""engagement_id":"ngmt_R\#(number)""#, .read, number)
    }

    private func write(_ resource: String) -> (String, Item) {
        let number = next()
        let params = #""engagement_id":"\#(resource)","contact_ids":["cnt_C\#(number)"]"#
        return call("engagement.replaceContacts", params, .write(resource: resource), number)
    }

    /// An addition to an engagement that no other item touches.
    private func addAlone() -> (String, Item) {
        let number = next()
        let params = #""engagement_id":"ngmt_A\#(number)","contact_ids":["cnt_C\#(number)","cnt_S1"]"#
        return call("engagement.addContacts", params, .add(isAlone: true), number)
    }

    /// An addition in the line of writes to `resource`.
    private func add(_ resource: String) -> (String, Item) {
        let number = next()
        let params = #""engagement_id":"\#(resource)","contact_ids":["cnt_C\#(number)"]"#
        return call("engagement.addContacts", params, .add(isAlone: false), number)
    }

    private func local(_ method: String) -> (String, Item) { call(method, nil, .local, next()) }

    private func refused() -> (String, Item) {
        call("engagement.get", #""engagement_id":"../../\#(dice.int(0...9))""#, .local, next())
    }

    private func cancel() -> (String, Item) {
        let victim = usedIDs.isEmpty || dice.chance(0.1) ? "\"nobody\"" : dice.pick(Array(usedIDs.suffix(12)))
        let id = dice.chance(0.2) ? newID() : nil
        let head = id.map { #""id":\#($0),"# } ?? ""
        let text = #"{"jsonrpc":"2.0",\#(head)"method":"$/cancelRequest","params":{"id":\#(victim)}}"#
        return (text, Item(number: next(), id: id, kind: .local, timeoutMs: settings.timeoutMs))
    }

    private func call(_ method: String, _ params: String?, _ kind: Item.Kind, _ number: Int) -> (String, Item) {
        var params = params
        var timeoutMs = settings.timeoutMs
        if kind != .local, dice.chance(0.3) {
            let asked = dice.int(1...5000)
            timeoutMs = min(timeoutMs, asked)
            params = (params ?? "") + #","options":{"timeout_ms":\#(asked),"max_attempts":\#(dice.int(1...4))}"#
        }
        let id: String? =
            dice.chance(0.06) ? nil : dice.chance(0.03) ? "null" : dice.chance(0.05) ? usedIDs.last ?? newID() : newID()
        let head = id.map { #""id":\#($0),"# } ?? ""
        let tail = params.map { ",\"params\":{\($0)}" } ?? ""
        let text = #"{"jsonrpc":"2.0",\#(head)"method":"\#(method)"\#(tail)}"#
        return (text, Item(number: number, id: id, kind: kind, timeoutMs: timeoutMs))
    }

    private func next() -> Int {
        count += 1
        return count
    }

    private func newID() -> String {
        let number = usedIDs.count
        let id = dice.pick(["\(number)", "\"s\(number)\"", "\(number).0", "\"\\u00e9\(number)\"", "-1\(number)e2"])
        usedIDs.append(id)
        return id
    }
}
