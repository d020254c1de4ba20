import Bytes
import JSON
import TestSupport
import Testing

/// A text read whole, and the member in it that is not what it must be.
@Suite struct SubjectTests {
    private func other(_ text: String) throws -> String? {
        try lend(text.utf8) { lent in
            try withExtendedLifetime(ByteBuffer("ngmt_a".utf8)) { wanted in
                var scanner = JSONScanner(lent)
                return try scanner.text(whose: "id", isNot: wanted.bytes)?.bytes.text
            }
        }
    }

    @Test(arguments: [
        "{}", "[]", "null", "7", #""ngmt_b""#, #"{"id":"ngmt_a"}"#, #"{"id":null}"#, #"{"id":7}"#, #"{"id":{}}"#,
        #"{"x":{"id":"ngmt_b"}}"#, #"[{"id":"ngmt_b"}]"#, #"{"data":[{"id":"ngmt_b"}],"id":"ngmt_a"}"#,
        #"{"ID":"ngmt_b","id_":"ngmt_b","":"ngmt_b"}"#, #" { "id" : "ngmt_a" , "id" : "ngmt_a" } "#,
        #"{"\u0069d":"ngmt_a"}"#, #"{"id":"\u006e\u0067mt_\u0061"}"#, #"{"id":"ngmt\u005fa"}"#,
    ])
    func nothingElse(text: String) throws { #expect(try other(text) == nil) }

    @Test(arguments: [
        (#"{"id":"ngmt_b"}"#, "ngmt_b"), (#"{"id":""}"#, ""), (#"{"id":"ngmt_aa"}"#, "ngmt_aa"),
        (#"{"id":"ngmt_"}"#, "ngmt_"), (#"{"id":"NGMT_A"}"#, "NGMT_A"), (#"{"id":"ngmt_a "}"#, "ngmt_a "),
        // One of two that is wrong can't hide, wherever it stands.
        (#"{"id":"ngmt_a","id":"ngmt_b"}"#, "ngmt_b"), (#"{"id":"ngmt_b","id":"ngmt_a"}"#, "ngmt_b"),
        (#"{"id":7,"x":[],"\u0069\u0064":"ngmt_b"}"#, "ngmt_b"), (#"{"id":"ngmt_\u0062"}"#, #"ngmt_\u0062"#),
        (#"{"id":"ngmt_a\u0000"}"#, #"ngmt_a\u0000"#), (#"{"id":"\ud800"}"#, #"\ud800"#),
        ("\n{\t\"x\":{},\"id\":\"ngmt_b\"}\r\n", "ngmt_b"), (#"{"id":"ngmt_á"}"#, "ngmt_á"),
    ])
    func somethingElse(text: String, spelled: String) throws { #expect(try other(text) == "\"\(spelled)\"") }

    /// It reads as strictly as without looking: the same fault in the same place.
    @Test func asStrictAsEver() throws {
        var generator = SeededGenerator(seed: 11)
        let seeds = [#"{"id":"ngmt_b","a":[1,{"id":"x"}],"b":"\u00e9é"}"#, #"{"id":"ngmt_a"}"#, "[]", " {} ", "{}{}"]
        for _ in 0..<20_000 {
            var bytes = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let at = Int.random(in: 0..<max(1, bytes.count), using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
                case 1: if at < bytes.count { bytes.remove(at: at) }
                default: bytes = Array(bytes.prefix(at))
                }
            }
            let plain = try verdict(bytes)
            let looking: JSONSyntaxError? = try lend(bytes) { lent in
                var scanner = JSONScanner(lent)
                do throws(JSONSyntaxError) {
                    _ = try scanner.text(whose: "id", isNot: Bytes("ngmt_a"))
                    return nil
                } catch { return error }
            }
            #expect(plain == looking, "\(String(decoding: bytes, as: UTF8.self))")
        }
        for depth in [511, 512, 513] {
            let text = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
            if depth > JSONScanner.depthLimit {
                #expect(throws: JSONSyntaxError.self) { try other(text) }
            } else {
                #expect(try other(text) == nil)
            }
        }
    }

    @Test func lineBreaksAreSeen() throws {
        for (text, sees) in [("{\"a\":1}\n", true), ("\n{}", true), ("{\"a\":\n1}", true), ("{\"a\":1}", false)] {
            try lend(text.utf8) { lent in
                var scanner = JSONScanner(lent)
                _ = try scanner.text(whose: "id", isNot: Bytes("x"))
                #expect(scanner.sawLineBreak == sees)
            }
        }
    }
}
