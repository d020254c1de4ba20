import Bytes
import HTTP
import JSON

@testable import Service

/// One request that a host sent, and what may be said about it.
struct Item {
    enum Kind: Equatable {
        case read
        case write(resource: String)
        /// `engagement.addContacts`; alone when no other item touches its engagement.
        case add(isAlone: Bool)
        /// Answered by the process itself, well or not.
        case local
    }

    /// Its number in the session. Its attempts carry it on their way.
    let number: Int
    /// The id as spelled; nil for a notification.
    let id: String?
    let kind: Kind
    /// Milliseconds that the call has.
    let timeoutMs: Int
}

/// A message on the stream.
struct Sent {
    /// Where in the stream it is whole.
    let end: Int
    let items: [Item]
    let isBatch: Bool
    /// Answers with a null id that it is owed besides.
    let nulls: Int
}

/// What is owed to a host and what it got. Finds everything that breaks a promise.
final class Ledger {
    struct Reply {
        let id: String
        let isResult: Bool
        let kind: String?
        let attempts: Int?
        let applied: String?
        /// The number of the item whose answer this is, when the API said so.
        let number: Int?
        /// What an addition says that it changed.
        let added: [String]?
        let isVerified: Bool?
        let at: Instant
    }

    private(set) var violations: [String] = []
    private var sent: [Sent] = []
    private var delivered = 0
    private var owed: [String: Int] = [:]
    private var owedBatches: [String: Int] = [:]
    private(set) var replies: [String: [Reply]] = [:]
    private var pending: [UInt8] = []
    /// When an item was taken up, where that is known.
    private var takenAt: [Int: Instant] = [:]
    private var replyCount = 0
    let hasHeaders: Bool

    init(hasHeaders: Bool) { self.hasHeaders = hasHeaders }

    func blame(_ text: String) {
        if violations.count < 20 { violations.append(text) }
    }

    var items: [Item] { sent.flatMap(\.items) }
    var answerCount: Int { replyCount }

    // MARK: What is owed

    func add(_ message: Sent) {
        sent.append(message)
        for item in message.items { if case .add = item.kind { additions.insert(item.number) } }
    }

    /// The numbers of the items that add contacts.
    private(set) var additions: Set<Int> = []

    /// Everything up to `offset` was read by the process; after the end of input, the rest counts as a message too.
    func read(upTo offset: Int, at now: Instant) {
        while delivered < sent.count, sent[delivered].end <= offset {
            owe(sent[delivered])
            for item in sent[delivered].items { takenAt[item.number] = now }
            delivered += 1
        }
    }

    /// What the process was reading can't be counted on to have been taken up at once.
    func forgetArrival(of numbers: some Sequence<Int>) {
        for number in numbers { takenAt[number] = nil }
    }

    private func owe(_ message: Sent) {
        var ids = message.items.compactMap(\.id)
        ids += [String](repeating: "null", count: message.nulls)
        for id in ids { owed[id, default: 0] += 1 }
        if message.isBatch, !ids.isEmpty { owedBatches[ids.sorted().joined(separator: " "), default: 0] += 1 }
    }

    // MARK: What comes

    func take(_ bytes: ArraySlice<UInt8>, at now: Instant) {
        pending += bytes
        while let frame = nextFrame() {
            frame.withUnsafeBytes { bytes in
                var scanner = JSONScanner(bytes)
                guard let root = try? scanner.text() else { return blame("not JSON: \(bytes.text.prefix(200))") }
                if root.kind == .array {
                    takeBatch(root, now)
                } else {
                    takeReply(root, now)
                }
            }
        }
    }

    private func nextFrame() -> [UInt8]? {
        guard hasHeaders else {
            guard let end = pending.firstIndex(of: 0x0A) else { return nil }
            defer { pending.removeFirst(end + 1) }
            return Array(pending[..<end])
        }
        guard let end = pending.firstIndex(of: 0x0A), pending.count > end + 2 else { return nil }
        let head = String(decoding: pending[..<end], as: UTF8.self)
        guard head.hasPrefix("Content-Length: "), head.hasSuffix("\r"), let length = Int(head.dropFirst(16).dropLast()),
            pending[end + 1] == 0x0D, pending[end + 2] == 0x0A
        else {
            blame("not a frame: \(head)")
            pending = []
            return nil
        }
        let start = end + 3
        guard pending.count >= start + length else { return nil }
        defer { pending.removeFirst(start + length) }
        return Array(pending[start..<start + length])
    }

    private func takeBatch(_ array: JSONSlice, _ now: Instant) {
        var ids: [String] = []
        for element in array.elements { ids.append(takeReply(element, now)) }
        let key = ids.sorted().joined(separator: " ")
        guard let count = owedBatches[key], count > 0 else { return blame("a batch that nobody is owed: \(key)") }
        owedBatches[key] = count - 1
    }

    @discardableResult
    private func takeReply(_ root: JSONSlice, _ now: Instant) -> String {
        let id = root.member("id")?.bytes.text ?? "-"
        guard root.member("jsonrpc")?.string == "2.0", root.member("method") == nil else {
            blame("not an answer: \(root.bytes.text.prefix(200))")
            return id
        }
        replyCount += 1
        let result = root.member("result")
        let data = root.member("error")?.member("data")
        if (result == nil) == (data == nil) { blame("neither result nor error for \(id)") }
        let reply = Reply(
            id: id, isResult: result != nil, kind: data?.member("kind")?.string,
            attempts: (data ?? result?.member("meta"))?.member("attempts")?.integer,
            applied: data?.member("applied")?.string, number: result?.member("data")?.member("number")?.integer,
            added: result?.member("changes")?.member("added")?.elements.compactMap(\.string),
            isVerified: result?.member("changes")?.member("verified")?.bool, at: now)
        replies[id, default: []].append(reply)
        if replies[id, default: []].count > owed[id, default: 0] { blame("\(id) got an answer that it is not owed") }
        return id
    }

    // MARK: The reckoning

    /// That everything owed has come.
    func checkComplete() {
        for (id, count) in owed where replies[id, default: []].count < count {
            blame("\(id) is owed \(count) answers and got \(replies[id, default: []].count)")
        }
        for (key, count) in owedBatches where count > 0 { blame("no answer to the batch of \(key)") }
        if !pending.isEmpty { blame("the output ends inside a frame") }
    }

    /// That what each answer says about attempts and change is what the other side saw.
    func checkTruth(_ records: [FakeTransport.Record], isPunctual: Bool) {
        var byNumber: [Int: [FakeTransport.Record]] = [:]
        for record in records { byNumber[Session.number(of: record), default: []].append(record) }
        var byID: [String: [Item]] = [:]
        for item in items { if let id = item.id { byID[id, default: []].append(item) } }
        for (id, items) in byID {
            // With a null id come also the answers to what was no request at all.
            if id == "null" { continue }
            let replies = replies[id, default: []]
            if items.count > 1 {
                // Which answer is whose can't be told, but together they must be right.
                guard replies.count == items.count, !items.contains(where: { $0.kind == .add(isAlone: false) }) else {
                    continue
                }
                let said = replies.map { $0.attempts ?? 0 }.sorted()
                let seen = items.map { byNumber[$0.number, default: []].count { $0.wasSent } }.sorted()
                if said != seen { blame("\(id): answers say \(said) attempts, seen were \(seen)") }
            } else if let reply = replies.first {
                check(items[0], reply, byNumber[items[0].number, default: []])
                if isPunctual, let taken = takenAt[items[0].number] {
                    let late = reply.at.seconds(since: taken) - Double(items[0].timeoutMs) / 1000
                    if late > 1 { blame("\(id): \(late) s after its deadline") }
                }
            }
        }
    }

    private func check(_ item: Item, _ reply: Reply, _ records: [FakeTransport.Record]) {
        let name = "\(reply.id) (\(item.number), \(reply.kind ?? "result"))"
        // Its reads are like those of others to the same engagement.
        if item.kind == .add(isAlone: false) { return }
        let sent = records.filter(\.wasSent)
        if let attempts = reply.attempts {
            if attempts != sent.count { blame("\(name) says \(attempts) attempts, seen were \(sent.count)") }
        } else if !records.isEmpty {
            blame("\(name) says nothing about its \(sent.count) attempts")
        }
        if let number = reply.number, number != item.number { blame("\(name) got the answer of \(number)") }
        if case .add = item.kind { return checkAddition(item, reply, records, name) }
        if reply.isResult, item.kind != .local, sent.last?.saidYes != true {
            blame("\(name) is a success that the API never told")
        }
        guard case .write = item.kind else {
            if reply.applied != nil { blame("\(name) is no write and has applied") }
            return
        }
        let saidYes = sent.contains(where: \.saidYes)
        if reply.isResult { return }
        let isOpen = sent.contains { record in
            let isRefused = 300..<500 ~= record.status && record.status != 408 && record.status != 303
            return !record.saidYes && !isRefused
        }
        let truth = saidYes ? "yes" : isOpen ? "unknown" : "no"
        if let applied = reply.applied {
            if applied != truth { blame("\(name) says applied \(applied), but it is \(truth)") }
            if applied == "no", records.contains(where: \.wasCarriedOut) { blame("\(name) was carried out") }
            if applied == "yes", !records.contains(where: \.wasCarriedOut) { blame("\(name) was not carried out") }
        } else if !records.isEmpty {
            blame("\(name) is a write and says nothing about applied")
        }
    }

    /// That an addition says what became of its write, and changes what it says.
    private func checkAddition(_ item: Item, _ reply: Reply, _ records: [FakeTransport.Record], _ name: String) {
        let writes = records.filter { $0.verb == .put }
        let wasMade = writes.contains(where: \.wasCarriedOut)
        if reply.isResult {
            if !wasMade { blame("\(name) is a success, and nothing was carried out") }
            if reply.added != ["cnt_C\(item.number)"] { blame("\(name) says that it added \(reply.added ?? [])") }
            // Nobody else writes there: what was made is what is found, if it can be read.
            let isRead = records.last.map { $0.verb == .get && $0.saidYes } ?? false
            if reply.isVerified == true, !isRead { blame("\(name) verified what it did not read") }
            return
        }
        guard let applied = reply.applied else {
            if !records.isEmpty { blame("\(name) is a write and says nothing about applied") }
            return
        }
        if applied == "no", wasMade { blame("\(name) says that nothing was changed, but it was") }
        if applied == "yes", !wasMade { blame("\(name) says that it was changed, but it was not") }
    }
}
