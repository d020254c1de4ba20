import Foundation
import TestSupport
import Testing

/// What is a line, and what in it is not JSON.
@Suite(.ownThread)
struct LineTests {
    private static let last = ping("\"last\"") + "\n"

    private static func line(_ text: String) -> [UInt8] { Array(text.utf8) + [0x0A] }

    /// Not JSON. Each is one line: one refusal, and the next line is served.
    static let syntaxErrors: [Named<[UInt8]>] = [
        Named("trailing comma, object", line(#"{"jsonrpc":"2.0","id":1,"method":"service.ping",}"#)),
        Named("trailing comma, array", line(#"{"jsonrpc":"2.0","id":1,"method":"service.ping","params":[1,]}"#)),
        Named("trailing comma, batch", line("[\(ping("1")),]")),
        Named("two texts", line(ping("1") + ping("2"))),
        Named("two texts, CR between", line(ping("1") + "\r" + ping("2"))),
        Named("comment", line(ping("1") + "// x")),
        Named("single quotes", line("{'jsonrpc':'2.0'}")),
        Named("NaN", line(#"{"jsonrpc":"2.0","id":NaN,"method":"service.ping"}"#)),
        Named("leading zero", line(#"{"jsonrpc":"2.0","id":01,"method":"service.ping"}"#)),
        Named("plus sign", line(#"{"jsonrpc":"2.0","id":+1,"method":"service.ping"}"#)),
        Named("hexadecimal", line(#"{"jsonrpc":"2.0","id":0x10,"method":"service.ping"}"#)),
        Named("no digit before the point", line(#"{"jsonrpc":"2.0","id":.5,"method":"service.ping"}"#)),
        Named("no digit after the point", line(#"{"jsonrpc":"2.0","id":1.,"method":"service.ping"}"#)),
        Named("a word", line("hello")), Named("words that begin like a header", line("Connecting to plugin...")),
        Named("half", line(#"{"jsonrpc":"2.0","id":1,"meth"#)),
        Named("NUL first", line("\0" + ping("1"))),
        Named("NUL last", line(ping("1") + "\0")),
        Named("NUL in a string", line(ping("\"\0\""))),
        Named("only NUL", line("\0")),
        Named("control character in a string", line(ping("\"\u{1}\""))),
        Named("tab in a string", line(ping("\"\t\""))),
        Named("CR in a string", line(ping("\"\r\""))),
        Named("escape in a string", line(ping("\"\u{1B}[0m\""))),
        Named("unknown escape", line(ping(#""\x41""#))),
        Named("short \\u", line(ping(#""\u12""#))),
        Named("vertical tab as space", line("\u{0B}" + ping("1"))),
        Named("form feed as a line", line("\u{0C}")),
        Named("byte FF", [0xFF] + line(ping("1"))),
        Named("overlong", Array("\"".utf8) + [0xC0, 0x80] + line("\"")),
        Named("surrogate bytes", Array("\"".utf8) + [0xED, 0xA0, 0x80] + line("\"")),
        Named("above U+10FFFF", Array("\"".utf8) + [0xF4, 0x90, 0x80, 0x80] + line("\"")),
        Named("lone continuation", Array("\"".utf8) + [0x80] + line("\"")),
        Named("cut sequence in a string", Array("\"".utf8) + [0xE2, 0x82] + line("\"")),
        Named("cut sequence at the end", Array(ping("1").utf8) + [0xE2, 0x82, 0x0A]),
        Named("two byte order marks", [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF] + line(ping("1"))),
        Named("byte order mark behind a blank", [0x20, 0xEF, 0xBB, 0xBF] + line(ping("1"))),
        Named("UTF-16", [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00, 0x0A]),
        Named("no-break space", line("\u{A0}" + ping("1"))),
    ]

    @Test(arguments: syntaxErrors, [false, true])
    func whatIsNotJSONIsRefusedOnce(text: Named<[UInt8]>, first: Bool) throws {
        let before = first ? [] : Self.line(ping("\"before\""))
        let expected = ["null -32700", "\"last\" ok"] + (first ? [] : ["\"before\" ok"])
        try Conversation(text.name, bytes: before + text.value + Array(Self.last.utf8), expected).run(sandbox())
    }

    private static let response = #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n"

    static let lineForms: [Conversation] = [
        Conversation("LF", bytes: line(ping("1")), ["1 ok"]),
        Conversation("CR LF", bytes: Array((ping("1") + "\r\n" + ping("2") + "\r\n").utf8), ["1 ok", "2 ok"]),
        Conversation(
            "blank lines", bytes: Array("\n\r\n  \n\t\n\(ping("1"))\n\n \r\n\(ping("2"))\n".utf8), ["1 ok", "2 ok"]),
        Conversation("no line break at the end", bytes: Array((ping("1") + "\n" + ping("2")).utf8), ["1 ok", "2 ok"]),
        Conversation("CR at the end", bytes: Array((ping("1") + "\n" + ping("2") + "\r").utf8), ["1 ok", "2 ok"]),
        Conversation("a byte order mark before all", bytes: [0xEF, 0xBB, 0xBF] + line(ping("1")), ["1 ok"]),
        Conversation("a byte order mark alone", bytes: [0xEF, 0xBB, 0xBF], []),
        Conversation(
            "responses", bytes: Array((response + ping("1") + "\n" + response).utf8), ["1 ok"]),
        Conversation(
            "responses in a batch",
            bytes: line("[\(response.dropLast()),\(ping("1"))]") + line("[\(response.dropLast())]"),
            ["[1 ok]"]),
        Conversation("space around", bytes: line(" \t" + ping("1") + " \t"), ["1 ok"]),
        Conversation("nothing", bytes: [], []),
        Conversation("only blank", bytes: Array("\n \n\r\n".utf8), []),
        Conversation(
            "half a line at the end", bytes: Array((ping("1") + "\n" + #"{"jsonrpc":"2.0","id""#).utf8),
            ["1 ok", "null -32700"]),
        Conversation(
            "DEL and C1 in a string", bytes: line(ping("\"\u{7F}\u{85}\u{2028}\"")), ["\"\u{7F}\u{85}\u{2028}\" ok"]),
        Conversation(
            "an escaped name", bytes: line(#"{"jsonr\u0070c":"2.0","\u0069d":1,"method":"service.\u0070ing"}"#),
            ["1 ok"]),
    ]

    @Test(arguments: lineForms)
    func linesEndInManyWays(_ conversation: Conversation) throws { try conversation.run(sandbox()) }

    @Test(arguments: [1, 2, 3, 7, 4096], [Setup.Wiring.pipe, .socket])
    func inputMayComeInAnyPieces(size: Int, wiring: Setup.Wiring) throws {
        var setup = Setup(["--sandbox"])
        (setup.input, setup.output) = (wiring, wiring)
        let host = try HostProcess(setup)
        let lines = [
            ping("1"), "", "[\(ping("\"\u{20AC}\"")),\(ping("3"))]", "nonsense\r",
            request("4", "engagement.get", #"{"engagement_id":"ngmt_sandbox01"}"#), ping("\"😀\""),
        ]
        try host.send(Array(lines.joined(separator: "\n").utf8), inPiecesOf: size)
        let answers = try host.converse([])
        let expected = ["1 ok", "[\"\u{20AC}\" ok, 3 ok]", "null -32700", "4 ok", "\"😀\" ok"]
        #expect(answers.map(\.summary).sorted() == expected.sorted())
    }

    @Test func aByteAtATimeAsTheProcessReadsIt() throws {
        let host = try sandbox()
        for byte in (ping("\"€\"") + "\r\n").utf8 {
            try host.send([byte])
            pause(milliseconds: 1)
        }
        #expect(try host.answer(to: "\"€\"").text("result") == "{}")
        try host.finish()
    }

    @Test func stdinMayBeAFile() throws {
        let path = "/tmp/engagement-rpc-\(getpid())-input"
        try write((0..<500).map { ping("\($0)") }.joined(separator: "\n"), to: path)
        defer { unlink(path) }
        var setup = Setup(["--sandbox"])
        setup.input = .file(path)
        let host = try HostProcess(setup)
        #expect(try host.waitForExit() == .exited(0))
        #expect(host.takeAll().count == 500)
        try host.checkLeftovers()
    }

    @Test func stdoutMayBeAFile() throws {
        let path = "/tmp/engagement-rpc-\(getpid())-output"
        defer { unlink(path) }
        var setup = Setup(["--sandbox"])
        setup.output = .file(path)
        let host = try HostProcess(setup)
        try host.send(line: ping("1"))
        try host.send(line: request("2", "engagement.get", #"["ngmt_sandbox04",["transcript"]]"#))
        host.closeInput()
        #expect(try host.waitForExit() == .exited(0))
        let lines = try Repository.bytes(path).split(separator: 0x0A)
        let answers = try lines.map { try Answer(Array($0)) }
        #expect(answers.map(\.summary).sorted() == ["1 ok", "2 ok"])
        #expect((answers.map(\.bytes.count).max() ?? 0) > 1_000_000)
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
}
