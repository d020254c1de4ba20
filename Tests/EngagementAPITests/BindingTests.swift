import Bytes
import Foundation
import HTTP
import JSON
import JSONRPC
import TestSupport
import Testing

@testable import EngagementAPI

@Suite struct BindingTests {
    static let requests: [(String, String, String, String)] = [
        ("engagement.get", #"{"engagement_id":"ngmt_a"}"#, "/v2/engagements/ngmt_a", ""),
        ("engagement.get", #"["ngmt_01HQ9"]"#, "/v2/engagements/ngmt_01HQ9", ""),
        ("engagement.get", #"{"\u0065ngagement_id":"ngmt\u005fa"}"#, "/v2/engagements/ngmt_a", ""),
        ("engagement.get", #"["ngmt_a",[]]"#, "/v2/engagements/ngmt_a", ""),
        ("engagement.get", #"["ngmt_a",null,null]"#, "/v2/engagements/ngmt_a", ""),
        (
            "engagement.get", #"["ngmt_a",["tags","contacts","tags"]]"#, "/v2/engagements/ngmt_a?expand=tags,contacts",
            ""
        ),
        ("engagement.get", #"["ngmt_a",["\u0074ags"],{"timeout_ms":5}]"#, "/v2/engagements/ngmt_a?expand=tags", ""),
        (
            "engagement.get", #"{"options":{},"expand":["owner"],"engagement_id":"ngmt_a"}"#,
            "/v2/engagements/ngmt_a?expand=owner", ""
        ),
        ("engagement.replaceContacts", #"["ngmt_a",[]]"#, "/v2/engagements/ngmt_a/contacts", #"{"contact_ids":[]}"#),
        (
            "engagement.replaceContacts", #"["ngmt_a",["cnt_1", "cnt\u005f2","cnt_1"]]"#,
            "/v2/engagements/ngmt_a/contacts", #"{"contact_ids":["cnt_1","cnt_2","cnt_1"]}"#
        ),
        (
            "sandbox.fail", #"{"match":"* /*","steps":[ {"status":500} ]}"#, "/sandbox/fail",
            #"{"match":"* /*","steps":[ {"status":500} ]}"#
        ),
        ("sandbox.reset", "{}", "/sandbox/reset", ""),
    ]

    @Test(arguments: requests)
    func binds(method: String, params: String, target: String, body: String) {
        #expect(bind(method, params) == .request(target: target, body: body))
    }

    static let refusals: [(String, String, String, String)] = [
        ("engagement.get", #"["ngmt_a",["tgas"]]"#, "expand[0]", "invalid_choice"),
        ("engagement.get", #"["ngmt_a",["tags",1]]"#, "expand[1]", "invalid_type"),
        ("engagement.get", #"["ngmt_a",["tags","Tags"]]"#, "expand[1]", "invalid_choice"),
        ("engagement.get", #"["ngmt_a",["tags\u0000"]]"#, "expand[0]", "invalid_choice"),
        ("engagement.get", #"["ngmt_a","tags"]"#, "expand", "invalid_type"),
        ("engagement.get", #"["ngmt_a",{"0":"tags"}]"#, "expand", "invalid_type"),
        ("engagement.get", #"["ngmt_a",[],{},null,null,1]"#, "params", "too_many"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","engagement_id":"ngmt_b"}"#, "engagement_id", "duplicate"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","\u0065ngagement_id":"ngmt_b"}"#, "engagement_id", "duplicate"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","Expand":[]}"#, "Expand", "unknown_parameter"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","__proto__":{}}"#, "__proto__", "unknown_parameter"),
        ("engagement.get", #"["ngmt_a",[],[]]"#, "options", "invalid_type"),
        ("engagement.get", #"["ngmt_a",[],{"timeout_ms":0}]"#, "options.timeout_ms", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"timeout_ms":-1}]"#, "options.timeout_ms", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"timeout_ms":1.5}]"#, "options.timeout_ms", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"timeout_ms":1e400}]"#, "options.timeout_ms", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"timeout_ms":"5"}]"#, "options.timeout_ms", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"max_attempts":true}]"#, "options.max_attempts", "invalid_value"),
        ("engagement.get", #"["ngmt_a",[],{"max_atempts":1}]"#, "options.max_atempts", "unknown_parameter"),
        ("engagement.get", #"["ngmt_a",[],{"max_attempts":1,"max_attempts":1}]"#, "options.max_attempts", "duplicate"),
        ("engagement.replaceContacts", #"["ngmt_a"]"#, "contact_ids", "required"),
        ("engagement.replaceContacts", #"["ngmt_a",null]"#, "contact_ids", "required"),
        ("engagement.replaceContacts", #"["ngmt_a","cnt_a"]"#, "contact_ids", "invalid_type"),
        ("engagement.replaceContacts", #"["ngmt_a",{"0":"cnt_a"}]"#, "contact_ids", "invalid_type"),
        ("engagement.replaceContacts", #"["ngmt_a",["cnt_a",null]]"#, "contact_ids[1]", "invalid_type"),
        ("engagement.replaceContacts", #"["ngmt_a",["cnt_a","cnt_b","ngmt_c"]]"#, "contact_ids[2]", "invalid_format"),
        ("engagement.replaceContacts", #"["ngmt_a",[["cnt_a"]]]"#, "contact_ids[0]", "invalid_type"),
    ]

    @Test(arguments: refusals)
    func refuses(method: String, params: String, field: String, code: String) {
        #expect(bind(method, params) == .refused(field: field, code: code))
    }

    /// Ids that try to be something else. JSON texts, so that escapes are what they would be on the wire.
    static let hostileIDs: [String] = [
        "", "ngmt_", "ngmt", "NGMT_a", "cnt_a", "ngmt-a", " ngmt_a", "ngmt_a ", "..", "../x", "ngmt_..", "ngmt_%2e%2e",
        "ngmt_a/b", "ngmt_a/../b", "ngmt_a?b", "ngmt_a?expand=tags", "ngmt_a#b", "ngmt_a;b", "ngmt_a\\\\b", "ngmt_a b",
        "ngmt_a\\n", "ngmt_a\\r\\nX: y", "ngmt_a\\u0000", "ngmt_\\u0000a", "ngmt_a\\t", "ngmt_a%00", "ngmt_a&b",
        "ngmt_\u{661}", "ngmt_\u{FF11}", "ngmt_\u{E9}", "ngmt_\u{0430}", "ngmt_a\u{0301}", "ngmt_\\ud800",
        "ngmt_\\ud83d\\ude00", "ngmt_a\u{202E}", "ngmt_{a}", "ngmt_a\\u002fb", "ngmt_a.", "ngmt_a_b", "ngmt_a-b",
        "\u{212A}gmt_a", "ngmt_" + String(repeating: "a", count: 125), "ngmt_" + String(repeating: "a", count: 100_000),
    ]

    @Test(arguments: hostileIDs)
    func hostileIDsAreRefused(id: String) {
        #expect(bind("engagement.get", "[\"\(id)\"]") == .refused(field: "engagement_id", code: "invalid_format"))
        let contact = id.replacing("ngmt", with: "cnt")
        let expected = Bound.refused(field: "contact_ids[0]", code: "invalid_format")
        if contact != "cnt_a" {
            #expect(bind("engagement.replaceContacts", "[\"ngmt_a\",[\"\(contact)\"]]") == expected)
        }
    }

    @Test(arguments: ["1", "true", "{}", "[]", #"["ngmt_a"]"#, "1e5"])
    func anIDIsAString(value: String) {
        #expect(bind("engagement.get", "[\(value)]") == .refused(field: "engagement_id", code: "invalid_type"))
    }

    @Test func anIDMayHave128Bytes() {
        let id = "ngmt_" + String(repeating: "Z", count: 123)
        #expect(bind("engagement.get", "[\"\(id)\"]") == .request(target: "/v2/engagements/\(id)", body: ""))
    }

    @Test func terms() {
        var found = CallTerms()
        _ = bind("engagement.get", #"["ngmt_a",["contacts"],{"timeout_ms":5.0,"max_attempts":2e0}]"#) { found = $0 }
        #expect(found.timeoutMs == 5 && found.maxAttempts == 2)
        #expect(found.resource == 16..<22)
        let method = Method.all[0]
        #expect(method.requiredScopes(found) == ["engagements:read", "contacts:read"])
        #expect(method.requiredScopes(CallTerms()) == ["engagements:read"])
    }

    @Test func aHundredThousandContacts() {
        let list = (0..<100_000).map { "\"cnt_\($0)\"" }
        guard
            case .request(_, let body) = bind(
                "engagement.replaceContacts", "[\"ngmt_a\",[\(list.joined(separator: ","))]]")
        else { return #expect(Bool(false)) }
        #expect(body == "{\"contact_ids\":[\(list.joined(separator: ","))]}")
        let last = "[\"ngmt_a\",[\(list.joined(separator: ",")),\"x\"]]"
        #expect(
            bind("engagement.replaceContacts", last) == .refused(field: "contact_ids[100000]", code: "invalid_format"))
    }

    /// Whatever the text, taking the encoding apart gives it back, and nothing in it can end the value.
    @Test func percentEncodingParsesBack() throws {
        var generator = SeededGenerator(seed: 7)
        let special = Array("&=#%+ \r\n\u{0}/?;:@[]{}\"'<>|\\^`~é😀\u{202E}\u{FFFD}".unicodeScalars)
        for round in 0..<2_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let value = UInt32.random(in: 0...(round % 2 == 0 ? 0x7F : 0x10FFFF), using: &generator)
                text.append(
                    Bool.random(using: &generator) ? special.randomElement() ?? "&" : Unicode.Scalar(value) ?? "x")
            }
            let out = ByteBuffer()
            out.appendPercentEncoded(String(text))
            let encoded = out.bytes.text
            #expect(encoded.utf8.allSatisfy { $0.isAlphanumeric || "-._~%".utf8.contains($0) })
            #expect(encoded.removingPercentEncoding == String(text))
            let items = URLComponents(string: "https://h/p?a=\(encoded)&b=1")?.queryItems
            #expect(items?.map(\.name) == ["a", "b"] && items?.first?.value == String(text))
        }
    }
}
