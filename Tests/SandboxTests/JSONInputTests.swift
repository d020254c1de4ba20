import Bytes
import Foundation
import Testing

@testable import Sandbox

/// Bodies as Foundation reads them, and where it is too kind.
@Suite struct JSONInputTests {
    private func read(_ text: String) -> String {
        let bytes = ByteBuffer(text.utf8)
        return withExtendedLifetime(bytes) { JSONInput(bytes.bytes) }.map { "\($0)" } ?? "-"
    }

    @Test(arguments: [
        ("null", "null"), ("true", "bool(true)"), ("false", "bool(false)"), ("1", "integer(1)"), ("0", "integer(0)"),
        ("1.0", "integer(1)"), ("-1.5", "number(-1.5)"), ("12345678901234567890", "number(1.2345678901234567e+19)"),
        (#""a\u00e9""#, #"string("aé")"#), ("[1]", "array([Sandbox.JSONInput.integer(1)])"), ("{}", "object([:])"),
        ("[]", "array([])"), (#"[",]"]"#, #"array([Sandbox.JSONInput.string(",]")])"#),
        (#"["\\",1]"#, #"array([Sandbox.JSONInput.string("\\"), Sandbox.JSONInput.integer(1)])"#),
        ("", "-"), (" ", "-"), ("[1,]", "-"), (#"{"a":1 , }"#, "-"), ("[", "-"), ("{}{}", "-"), (#""\ud800""#, "-"),
        ("\u{FEFF}{}", "-"), ("nul", "-"), ("\"\u{1}\"", "-"),
    ])
    func values(text: String, value: String) { #expect(read(text) == value) }
}
