import TestSupport
import Testing

/// Limits of the wire, each at the limit and one past it, and what the process holds in memory meanwhile.
@Suite(.ownThread)
struct LimitTests {
    private static let messageLimit = 16 << 20

    private func padded(_ text: String, to size: Int, with byte: UInt8 = 0x20) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: byte, count: size - text.utf8.count)
    }

    @Test(arguments: [-1, 0])
    func aMessageAtTheLimitIsServed(offset: Int) throws {
        let host = try sandbox()
        try host.send(padded(ping("1"), to: Self.messageLimit + offset) + [0x0A])
        #expect(try host.answer(to: "1").text("result") == "{}")
        try host.expectAlive()
        try host.finish()
    }

    @Test(arguments: [1, 2, 1 << 20], ["\n", "\r\n"])
    func aMessageOverTheLimitIsRefusedAndTheStreamGoesOn(excess: Int, end: String) throws {
        let host = try sandbox()
        try host.send(padded(ping("1"), to: Self.messageLimit + excess + (end == "\r\n" ? 1 : 0)) + Array(end.utf8))
        let refusal = try host.next()
        #expect(refusal.code == -32600 && refusal.kind == "too_large" && refusal.text("id") == "null", "\(refusal)")
        try host.expectAlive()
        try host.finish()
    }

    @Test func theRestOfAHugeLineIsNotHeld() throws {
        let host = try sandbox()
        try host.expectAlive()
        let before = try #require(host.residentKiB)
        try host.send(padded("[", to: 64 << 20, with: 0x31))
        try host.wait(within: 20, for: "64 MiB read") { host.unsentBytes == 0 }
        try host.send(line: "")
        let refusal = try host.next()
        #expect(refusal.code == -32600 && refusal.kind == "too_large", "\(refusal)")
        try host.expectAlive()
        let (peak, after) = (try #require(host.peakResidentKiB), try #require(host.residentKiB))
        expectMemory(peak - before, below: 40 << 10)
        expectMemory(after - before, below: 20 << 10)
        try host.finish()
    }

    @Test func aHugeLineWithoutAnEndIsRefusedOnce() throws {
        let host = try sandbox()
        let answers = try host.converse(padded("{", to: Self.messageLimit + 100))
        #expect(answers.map(\.summary) == ["null -32600"])
        #expect(answers.first?.kind == "too_large")
    }

    /// `depth` levels: the request object is the first.
    private func nested(_ depth: Int) -> String {
        let open = String(repeating: "[", count: depth - 1)
        let close = String(repeating: "]", count: depth - 1)
        return request("1", "service.ping", open + close)
    }

    @Test(arguments: [3, 511, 512])
    func nestingUpToTheLimitIsJSON(depth: Int) throws {
        let host = try sandbox()
        let answers = try host.converse((nested(depth) + "\n").utf8)
        #expect(answers.map(\.summary) == ["1 -32602"], "\(answers)")
    }

    @Test(arguments: [513, 514, 100_000])
    func nestingPastTheLimitIsRefused(depth: Int) throws {
        let host = try sandbox()
        let answers = try host.converse((nested(depth) + "\n" + ping("\"next\"") + "\n").utf8)
        #expect(answers.count == 2)
        let refusal = try #require(answers.first { $0.text("id") != "\"next\"" })
        #expect([-32600, -32700].contains(refusal.code), "\(refusal)")
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"\":"])
    func endlessNestingIsRefused(unit: String) throws {
        let host = try sandbox()
        let answers = try host.converse((String(repeating: unit, count: 1_000_000) + "\n" + ping("1") + "\n").utf8)
        #expect(answers.map(\.summary).sorted() == ["1 ok", "null -32700"])
    }

    @Test(arguments: [1, 999, 1000])
    func aBatchUpToTheLimitIsServed(count: Int) throws {
        let host = try sandbox()
        try host.send(line: "[" + (0..<count).map { ping("\($0)") }.joined(separator: ",") + "]")
        let batch = try host.batch()
        #expect(batch.count() == count)
        #expect(try batch.elements().allSatisfy { $0.text("result") == "{}" })
        try host.finish()
    }

    @Test(arguments: [1001, 20_000])
    func aBatchOverTheLimitIsOneRefusal(count: Int) throws {
        let host = try sandbox()
        let lines = "[" + (0..<count).map { ping("\($0)") }.joined(separator: ",") + "]\n" + ping("\"next\"") + "\n"
        let answers = try host.converse(lines.utf8)
        #expect(answers.map(\.summary).sorted() == ["\"next\" ok", "null -32600"])
    }

    @Test func manyMembersAreRefusedQuickly() throws {
        let host = try sandbox()
        let members = (0..<100_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let answer = try host.call("service.ping", "{\(members)}", within: 5)
        #expect(answer.code == -32602)
        try host.send(line: #"{"jsonrpc":"2.0","id":1,"method":"service.ping",\#(members)}"#)
        let other = try host.answer(to: "1", within: 5)
        #expect(other.text("result") == "{}" || other.code == -32600, "\(other)")
        try host.finish()
    }

    @Test func hundredThousandContactsAreOneAnswer() throws {
        let host = try sandbox()
        let contacts = (0..<100_000).map { "cnt_\($0)" }
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", contacts), within: 20)
        #expect(answer.text("error") != nil, "the sandbox knows none of them: \(answer)")
        try host.expectAlive()
        try host.finish()
    }
}
