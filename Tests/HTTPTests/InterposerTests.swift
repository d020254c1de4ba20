import Bytes
import HTTP
import Testing

/// Who answers in the API's place, and what such an answer says of a write.
@Suite struct InterposerTests {
    private static func exchange(
        _ status: Int, _ body: String, _ fields: [(Exchange.Field, String)] = []
    ) -> Exchange {
        let exchange = Exchange(
            tag: 0, request: HTTPRequest(.put, target: ByteBuffer("/".utf8)), body: ByteBuffer("head<".utf8),
            connectTimeoutMs: 0)
        (exchange.status, exchange.wasSent, exchange.gotBytes) = (status, true, true)
        exchange.body.append(text: body)
        for (field, value) in fields { withBytes(value) { exchange.note(field, $0) } }
        return exchange
    }

    @Test(
        arguments: [
            ("", nil, nil), ("", "text/html", nil), (" \r\n", "text/html", nil), ("{}", nil, nil),
            ("{}", "text/html", nil), (" [1]", "text/html; charset=utf-8", nil), ("{", "text/html", nil),
            ("true", "application/json", nil), ("Hello", nil, nil), ("Hello", "text/plain", nil),
            ("<", nil, .page), ("<html>", "application/json", .page), (" \n\t<!DOCTYPE html>", "text/html", .page),
            ("\u{FEFF}<html>", nil, .page), ("\u{FEFF} \r\n<p>", "text/plain", .page), ("<?xml", "text/xml", .page),
            ("Hello", "text/html", .page), ("Hello", "TEXT/HTML;charset=utf-8", .page),
            ("Hello", " text/html ; q=1", .page), ("Hello", "application/xhtml+xml", .page),
            ("Hello", "text/htmlx", nil), ("Hello", "application/json; a=text/html", nil),
        ] as [(String, String?, Interposer?)])
    func byShapeAndType(body: String, type: String?, interposer: Interposer?) {
        let fields: [(Exchange.Field, String)] = type.map { [(.contentType, $0)] } ?? []
        for status in [200, 202, 403, 500] {
            #expect(Self.exchange(status, body, fields).interposer == interposer)
            #expect(Self.exchange(status, body, fields + [(.wafAction, "challenge")]).interposer == .firewall)
        }
    }

    @Test(
        arguments: [
            (200, "{}", false, false, Applied.yes), (200, "<", false, false, .unknown), (204, "", false, false, .yes),
            (202, "", true, false, .unknown), (200, "{}", true, false, .unknown), (200, "{}", false, true, .unknown),
            (403, "<", false, false, .no), (403, "{}", true, false, .unknown), (500, "<", false, false, .unknown),
        ])
    func whatItSaysOfAWrite(status: Int, body: String, isFirewall: Bool, isAnothers: Bool, applied: Applied) {
        let exchange = Self.exchange(status, body, isFirewall ? [(.wafAction, "captcha")] : [])
        exchange.isAnothers = isAnothers
        var evidence = WriteEvidence()
        evidence.note(exchange)
        #expect(evidence.applied == applied && evidence.attempts == 1)
    }

    @Test func anothersAnswerIsNone() {
        let exchange = Self.exchange(200, "{}")
        exchange.isAnothers = true
        func outcome(_ repeatability: Repeatability) -> AttemptOutcome {
            AttemptOutcome(exchange, repeatability: repeatability, bodyIsUsable: false, wallClock: 0)
        }
        #expect(outcome(.read) == .noAnswer(staleConnection: false))
        for repeatability in [Repeatability.replace, .create, .once] {
            #expect(outcome(repeatability) == .unusableBody)
        }
    }

    /// A firewall's refusal is no reason to send a write again; a read goes by its status.
    @Test func aFirewallsStatus() {
        let exchange = Self.exchange(503, "", [(.wafAction, "challenge")])
        func outcome(_ repeatability: Repeatability) -> AttemptOutcome {
            AttemptOutcome(exchange, repeatability: repeatability, bodyIsUsable: false, wallClock: 0)
        }
        #expect(outcome(.read) == .status(503, retryAfter: nil))
        for repeatability in [Repeatability.replace, .create, .once] {
            #expect(outcome(repeatability) == .unusableBody)
        }
    }
}
