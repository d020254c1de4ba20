import HTTP
import Testing

@testable import Service

/// One call's attempts, and what its answer must say about them.
struct AppliedCase: CustomTestStringConvertible, Sendable {
    let name: String
    let fates: @Sendable () -> [Fate]
    var attempts = 1
    let kind: String
    let applied: String
    var retryable: Bool?
    /// Attempts allowed.
    var allowed = 1

    var testDescription: String { name }

    init(
        _ name: String, _ kind: String, _ applied: String, _ attempts: Int = 1, allowed: Int = 1,
        retryable: Bool? = nil, _ fates: @escaping @Sendable () -> [Fate]
    ) {
        (self.name, self.kind, self.applied, self.attempts) = (name, kind, applied, attempts)
        (self.allowed, self.retryable, self.fates) = (allowed, retryable, fates)
    }
}

/// `applied`: every outcome in every phase of an attempt, and what several attempts say together.
@Suite struct AppliedTests {
    static let phases: [AppliedCase] = [
        .init("no address", "network", "no", 0, retryable: true) { [.unsent(.resolve)] },
        .init("nobody listens", "network", "no", 0, retryable: true) { [.unsent(.connect)] },
        .init("proxy", "network", "no", 0, retryable: true) { [.unsent(.proxy)] },
        .init("connecting takes too long", "network", "no", 0, retryable: true) { [.unsent(.connectTimeout)] },
        .init("no connection ever", "network", "no", 0, retryable: true) { [.nowhere] },
        .init("tls", "tls", "no", 0, retryable: false) { [.unsent(.tls(reason: "expired"))] },
        .init("no memory", "internal_error", "no", 0, retryable: false) { [.unsent(.local(reason: "memory"))] },
        .init("closed before an answer", "network", "unknown", retryable: true) { [.broken()] },
        .init("a second sending was stopped", "network", "unknown", retryable: true) { [.broken(.resend)] },
        .init("no HTTP", "bad_response", "unknown", retryable: true) { [.broken(.notHTTP)] },
        .init("tls after sending", "tls", "unknown") { [.broken(.tls(reason: "alert"))] },
        .init("no memory after sending", "internal_error", "unknown") { [.broken(.local(reason: "memory"))] },
        .init("endless headers before a status", "bad_response", "unknown") { [.broken(.headersTooLarge)] },
        .init("silence", "timeout", "unknown", retryable: true) { [.silence] },
        .init("interim answer, then closed", "network", "unknown", retryable: true) { [.broken(status: 100)] },
        .init("interim answer, then silence", "timeout", "unknown", retryable: true) { [.stall(103, "")] },
        .init("2xx, then closed", "bad_response", "yes", retryable: false) { [.broken(status: 200)] },
        .init("2xx, then silence", "timeout", "yes") { [.stall(200)] },
        .init("2xx, gzip broken", "bad_response", "yes", retryable: false) { [.broken(.encoding, status: 200)] },
        .init("2xx, too large", "bad_response", "yes", retryable: false) { [.broken(.tooLarge, status: 200)] },
        .init("2xx, endless headers", "bad_response", "yes", retryable: false) {
            [.broken(.headersTooLarge, status: 201)]
        },
        .init("2xx, a page", "bad_response", "unknown", retryable: true) { [.answer(200, "<html>")] },
        .init("2xx, text that says it is a page", "bad_response", "unknown", retryable: true) {
            [.answer(202, "Hello", [(.contentType, "Text/HTML; charset=utf-8")])]
        },
        .init("2xx, a page that is cut", "bad_response", "unknown", retryable: true) {
            [Fate(events: [(0, .sent), (0, .status(200)), (0, .body(Array("<h".utf8))), (0, .finish(.broken))])]
        },
        .init("2xx, a page that is silent", "bad_response", "unknown", retryable: true) { [.stall(200, "\u{FEFF} <")] },
        .init("2xx, a firewall", "bad_response", "unknown", retryable: true) {
            [.answer(202, "", [(.wafAction, "challenge")])]
        },
        .init("2xx, a firewall with JSON", "bad_response", "unknown", retryable: true) {
            [.answer(200, "{}", [(.wafAction, "challenge")])]
        },
        .init("4xx, a firewall", "bad_response", "unknown", retryable: true) {
            [.answer(405, "<html>", [(.wafAction, "captcha")])]
        },
        .init("4xx, a page", "forbidden", "no", retryable: false) { [.answer(403, "<html>")] },
        .init("2xx, another's", "bad_response", "unknown", retryable: true) { [.anothers()] },
        .init("2xx, half", "bad_response", "yes", retryable: false) { [.answer(200, #"{"a":"#)] },
        .init("2xx, two texts", "bad_response", "yes", retryable: false) { [.answer(200, "{}{}")] },
        .init("5xx, cut", "server_error", "unknown", retryable: true) { [.broken(status: 500)] },
        .init("4xx, cut", "not_found", "no") { [.broken(status: 404)] },
        .init("4xx, then silence", "not_found", "no") { [.stall(404)] },
        .init("error body too large", "bad_response", "unknown") { [.broken(.tooLarge, status: 500)] },
    ]

    static let together: [AppliedCase] = [
        .init("never sent, then refused", "not_found", "no", 1, allowed: 3) { [.unsent(.connect), .answer(404)] },
        .init("never sent, three times", "network", "no", 0, allowed: 3) { [.unsent(.connect)] },
        .init("throttled, then refused", "unprocessable", "no", 2, allowed: 3) { [.answer(429), .answer(422)] },
        .init("throttled to the end", "rate_limited", "no", 3, allowed: 3) { [.answer(429)] },
        .init("unknown, then refused", "precondition_failed", "unknown", 2, allowed: 3) { [.broken(), .answer(412)] },
        .init("failed, then conflict", "conflict", "unknown", 2, allowed: 3) { [.answer(500), .answer(409)] },
        .init("failed, then not sent", "network", "unknown", 1, allowed: 3) { [.answer(503), .unsent(.connect)] },
        .init("failed, then done but broken", "bad_response", "yes", 2, allowed: 3) {
            [.answer(502), .broken(status: 200)]
        },
        .init("refused by TLS behind a failure", "tls", "unknown", 1, allowed: 3) {
            [.answer(500), .unsent(.tls(reason: "expired"))]
        },
        .init("dead connection, then refused", "not_found", "unknown", 2, allowed: 3) {
            [.broken(isReused: true), .answer(404)]
        },
        .init("another's, and never again", "bad_response", "unknown", 1, allowed: 3) { [.anothers(), .answer(200)] },
        .init("a page, and never again", "bad_response", "unknown", 1, allowed: 3) {
            [.answer(200, "<html>"), .answer(200)]
        },
        .init("a firewall's 503, and never again", "bad_response", "unknown", 1, allowed: 3) {
            [.answer(503, "", [(.wafAction, "challenge")]), .answer(200)]
        },
        .init("failed, then another's", "bad_response", "unknown", 2, allowed: 3) { [.answer(500), .anothers()] },
        .init("refused and never again", "forbidden", "no", 1, allowed: 3) { [.answer(403), .answer(200)] },
    ]

    @Test(arguments: phases + together)
    func table(row: AppliedCase) throws {
        let stage = Stage(row.fates()) {
            $0.timeoutMs = 8000
            $0.maxAttempts = row.allowed
        }
        stage.put(1)
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(answer.kind == row.kind, "\(answer)")
        #expect(answer.applied == row.applied, "\(answer)")
        #expect(answer.attempts == row.attempts && stage.sent.count == row.attempts, "\(answer)")
        if let retryable = row.retryable { #expect(answer.retryable == retryable, "\(answer)") }
        #expect(answer.text.contains("read it back before relying on it") == (row.applied == "unknown"), "\(answer)")
        #expect(answer.text.contains("that the change was made") == false || row.applied == "yes", "\(answer)")
    }

    /// A change that was made without a word about it was made.
    @Test(arguments: [200, 201, 202, 204, 205], ["", " ", "\r\n"])
    func aWriteAnsweredWithoutABodyIsAResult(status: Int, body: String) throws {
        let stage = Stage([.answer(status, body)])
        stage.put(1)
        stage.get(2)
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(answer.isResult && answer.text.contains(#""result":{"data":null,"meta":{"status":\#(status),"#))
        let read = try #require(stage.answer(2))
        #expect(read.isResult == (status == 204) && (read.isResult || read.kind == "bad_response"), "\(read)")
    }

    /// Something was made, and nobody has learnt its id.
    @Test(arguments: [200, 201, 204, 205], ["", " ", "\r\n"])
    func aCreationAnsweredWithoutABodyIsNone(status: Int, body: String) throws {
        let stage = Stage([.answer(status, body)])
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"tag.create","params":{"name":"x"}}"#)
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(answer.attempts == 1 && stage.sent.count == 1, "\(answer)")
        if status == 204 {
            #expect(answer.isResult && answer.text.contains(#""data":null"#), "\(answer)")
        } else {
            #expect(answer.kind == "bad_response" && answer.applied == "yes", "\(answer)")
            #expect(answer.retryable == false && answer.text.contains(#""status":\#(status)"#), "\(answer)")
        }
    }

    /// A read says nothing of it, whatever happens.
    @Test(arguments: phases + together)
    func readsHaveNone(row: AppliedCase) throws {
        let stage = Stage(row.fates()) {
            $0.timeoutMs = 8000
            $0.maxAttempts = row.allowed
        }
        stage.get(1)
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(answer.applied == nil && answer.attempts == stage.sent.count, "\(answer)")
    }

    @Test(arguments: Array(200...599))
    func everyStatus(status: Int) throws {
        let stage = Stage([.answer(status)]) { $0.maxAttempts = 1 }
        stage.put(1)
        stage.run(1)
        let answer = try #require(stage.answer(1))
        guard status >= 300 else {
            #expect(answer.isResult)
            return
        }
        let isOpen = status >= 500 || status == 408 || status == 303
        #expect(answer.applied == (isOpen ? "unknown" : "no"), "\(answer)")
        #expect(answer.code == status && answer.attempts == 1, "\(answer)")
    }
}
