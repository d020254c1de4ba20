import Bytes
import HTTP
import JSON
import JSONRPC
import Testing

@testable import EngagementAPI

/// From how an exchange ended to the error that a caller gets.
@Suite struct CallFailureTests {
    private static let read = Method.all[0]
    private static let write = Method.all[1]

    private func failure(
        _ method: Method = read, status: Int = 0, _ transfer: TransferFailure? = nil, body: String = "",
        fields: [(Exchange.Field, String)] = [], abandoned: Bool = false, terms: CallTerms = CallTerms(),
        target: String = "", sent: String? = nil
    ) -> RPCFailure {
        let exchange = Exchange(
            tag: 0,
            request: HTTPRequest(
                method.isWrite ? .put : .get, target: ByteBuffer(text: target), body: sent.map { ByteBuffer(text: $0) }),
            body: ByteBuffer(), connectTimeoutMs: 1)
        exchange.status = status
        exchange.failure = transfer
        exchange.body.append(text: body)
        for (field, value) in fields {
            let bytes = ByteBuffer(value.utf8)
            withExtendedLifetime(bytes) { exchange.note(field, bytes.bytes) }
        }
        return RPCFailure(exchange, wasAbandoned: abandoned, method: method, terms: terms, wallClock: 1_700_000_000)
    }

    @Test(arguments: Array(300...620))
    func everyStatus(status: Int) {
        let failure = failure(status: status)
        #expect(failure.kind == RPCFailure.Kind(status: status))
        #expect(failure.code == status && failure.status == status)
        let retryable = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530]
        #expect(failure.retryable == retryable.contains(status))
        #expect(failure.message.hasSuffix("."))
        #expect((failure.requiredScopes.isEmpty) == (status != 403))
    }

    /// The sentence can't know where the token came from, so it has all places.
    @Test func aRefusedTokenMayComeFromAnyPlace() {
        let message = failure(status: 401).message
        #expect(message.hasSuffix("; check ENGAGEMENT_RPC_TOKEN, --token-file or --token-command."), "\(message)")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let transfer: TransferFailure
        let status: Int
        let kind: RPCFailure.Kind
        let retryable: Bool
        /// For a write; the same when nil.
        var writeIsRetryable: Bool?
        var testDescription: String { "\(transfer) after \(status)" }
    }

    static let rows: [Row] = [
        Row(transfer: .resolve, status: 0, kind: .network, retryable: true),
        Row(transfer: .connect, status: 0, kind: .network, retryable: true),
        Row(transfer: .proxy, status: 0, kind: .network, retryable: true),
        Row(transfer: .connectTimeout, status: 0, kind: .network, retryable: true),
        Row(transfer: .tls(reason: "expired"), status: 0, kind: .tls, retryable: false),
        Row(transfer: .broken, status: 0, kind: .network, retryable: true),
        Row(transfer: .broken, status: 100, kind: .network, retryable: true),
        Row(transfer: .broken, status: 200, kind: .badResponse, retryable: true, writeIsRetryable: false),
        Row(transfer: .broken, status: 500, kind: .serverError, retryable: true),
        Row(transfer: .broken, status: 404, kind: .notFound, retryable: false),
        Row(transfer: .notHTTP, status: 0, kind: .badResponse, retryable: true),
        Row(transfer: .resend, status: 0, kind: .network, retryable: true),
        Row(transfer: .tooLarge, status: 200, kind: .badResponse, retryable: false),
        Row(transfer: .tooLarge, status: 500, kind: .badResponse, retryable: false),
        Row(transfer: .headersTooLarge, status: 200, kind: .badResponse, retryable: false),
        Row(transfer: .encoding, status: 200, kind: .badResponse, retryable: true, writeIsRetryable: false),
        Row(transfer: .local(reason: "memory"), status: 0, kind: .internalError, retryable: false),
    ]

    @Test(arguments: rows)
    func everyTransferFailure(row: Row) {
        for method in [Self.read, Self.write] {
            let failure = failure(method, status: row.status, row.transfer)
            #expect(failure.kind == row.kind, "\(failure.message)")
            let retryable = method.isWrite ? row.writeIsRetryable ?? row.retryable : row.retryable
            #expect(failure.retryable == retryable, "\(failure.message)")
            #expect(failure.message.hasSuffix("."))
            #expect(failure.status == (row.status >= 200 ? row.status : nil))
            #expect(failure.message.contains("change was made") == (method.isWrite && row.writeIsRetryable == false))
        }
    }

    @Test func abandoned() {
        #expect(failure(abandoned: true).kind == .timeout)
        #expect(failure(status: 200, abandoned: true).kind == .timeout)
        #expect(failure(status: 100, abandoned: true).status == nil)
        #expect(failure(status: 503, abandoned: true).kind == .serverError, "what it said is known")
    }

    @Test func aSuccessThatIsNone() {
        #expect(failure(status: 200, body: "<html>").kind == .badResponse)
        #expect(failure(status: 200, body: "<html>").retryable)
        let page = failure(Self.write, status: 200, body: "<html>", fields: [(.contentType, "text/html\u{1b}[1m")])
        #expect(page.message.contains("Something stands between this program and the API"), "\(page.message)")
        #expect(page.message.contains("text/html") && !page.message.contains("\u{1b}"), "\(page.message)")
        let challenge = failure(Self.write, status: 202, body: "", fields: [(.wafAction, "challenge")])
        #expect(
            challenge.message.contains("stands between") && challenge.message.contains("x-amzn-waf-action: challenge"))
        #expect(challenge.kind == .badResponse && challenge.status == 202)
        let write = failure(Self.write, status: 201, body: "")
        #expect(write.kind == .badResponse && !write.retryable && write.message.contains("change was made"))
    }

    static let problems: [(String, String?, [FieldError], Bool)] = [
        (#"{"title":"T","request_id":"rid_1"}"#, "rid_1", [], true),
        (#"{"request_id":7,"errors":{}}"#, nil, [], true),
        (
            #"{"errors":[{"field":"a","code":"b","message":"c"}]}"#, nil,
            [FieldError(field: "a", code: "b", message: "c")], true
        ),
        (
            #"{"errors":[{"field":"a"},{"code":"b"},7,null,{"field":8}]}"#, nil,
            [FieldError(field: "a", code: "invalid", message: "")], true
        ),
        (
            #"{"errors":[{"field":"a","code":9,"message":[]}]}"#, nil,
            [FieldError(field: "a", code: "invalid", message: "")],
            true
        ),
        (
            #"{"errors":{"contact_ids":["is invalid","is long"],"a":"x","b":{"c":["y"]},"d":[{"message":"z"}],"e":7}}"#,
            nil,
            [
                FieldError(field: "contact_ids", code: "", message: "is invalid"),
                FieldError(field: "contact_ids", code: "", message: "is long"),
                FieldError(field: "a", code: "", message: "x"), FieldError(field: "b.c", code: "", message: "y"),
                FieldError(field: "d", code: "", message: "z"),
            ], true
        ),
        (#"{"errors":["x",""]}"#, nil, [FieldError(field: "", code: "", message: "x")], true),
        (#"{"errors":"x"}"#, nil, [FieldError(field: "", code: "", message: "x")], true),
        (#"{"errors":[[["x"]]]}"#, nil, [FieldError(field: "", code: "", message: "x")], true),
        (#"{"errors":[[[[["x"]]]]]}"#, nil, [], true),
        ("[]", nil, [], true), ("null", nil, [], true), (#""text""#, nil, [], true), ("7", nil, [], true),
        ("", nil, [], false), ("<html>", nil, [], false), ("{", nil, [], false), ("{}{}", nil, [], false),
    ]

    @Test(arguments: problems)
    func problemBodies(body: String, requestID: String?, errors: [FieldError], isProblem: Bool) {
        let failure = failure(status: 422, body: body)
        #expect(failure.requestID == requestID)
        #expect(failure.errors == errors)
        #expect((failure.problem != nil) == isProblem)
    }

    /// The sentence points to what is there, and to nothing else.
    @Test(
        arguments: [
            (#"{"errors":["x"],"detail":"d"}"#, "values (422): x; see data.errors."),
            (#"{"detail":"One\nline. ","title":"t"}"#, "values (422): One line."),
            (#"{"detail":7,"title":"Bad"}"#, "values (422): Bad."), (#"{"message":"m"}"#, "values (422): m."),
            (#"{"error":"e"}"#, "values (422): e."), (#"{"error":{"message":"f"}}"#, "values (422): f."),
            (#""g""#, "values (422): g."), ("{}", "values (422); data.problem is all that it said."),
            ("", "values (422), and did not say why."),
            ("<html>", "values (422), and its reasons are not JSON but text/html."),
        ])
    func theSentenceSpeaksOfWhatIsThere(body: String, end: String) {
        let failure = failure(status: 422, body: body, fields: [(.contentType, "text/html")])
        #expect(failure.message == "The API did not accept the " + end)
        let long = #"{"detail":"\#(String(repeating: "w ", count: 10_000))"}"#
        #expect(self.failure(status: 422, body: long).message.count < 400)
    }

    /// A field as the API may spell it, and what the sentence says of it: the value is what was sent there.
    static let places: [(field: String, shown: String)] = [
        ("contact_ids[0]", #"contact_ids[0] "cnt_nobody": not_found"#),
        ("contact_ids.1", #"contact_ids.1 "cnt_b": not_found"#),
        ("/contact_ids/1", #"/contact_ids/1 "cnt_b": not_found"#),
        ("body.contact_ids[1]", #"body.contact_ids[1] "cnt_b": not_found"#),
        ("contact_ids[2]", "contact_ids[2]: not_found"),
        ("contact_ids[-1]", "contact_ids[-1]: not_found"), ("contact_ids[x]", "contact_ids[x]: not_found"),
        ("contact_ids", #"contact_ids ["cnt_nobody","cnt_b"]: not_found"#), ("nowhere", "nowhere: not_found"),
        ("n", "n 7: not_found"), ("o.a", "o.a null: not_found"), ("o.a.b", "o.a.b: not_found"),
        ("engagement_id", #"engagement_id "ngmt_a": not_found"#), ("limit", #"limit "500": not_found"#),
        ("filter[ids][in][1]", #"filter[ids][in][1] "b,c": not_found"#),
        ("filter.ids.in", #"filter.ids.in "a,b,c": not_found"#),
        ("odd", #"odd "a\u{202e}\u{a}\"b": not_found"#), ("url", #"url "https://h/p?…": not_found"#),
        ("media_url", "media_url: not_found"), ("login", "login: not_found"),
        ("long", "long \"" + String(repeating: "x", count: 80) + "…\": not_found"), ("[]", "[]: not_found"),
    ]

    @Test(arguments: places)
    func theSentenceNamesTheFirstPlace(field: String, shown: String) {
        let long = String(repeating: "x", count: 500)
        let sent =
            #"{"contact_ids":["cnt_nobody","cnt_b"],"n":7,"o":{"a":null},"odd":"a\u202e\n\"b","long":"\#(long)","#
            + #""url":"https://h/p?sig=SECRET","media_url":"https://h/SECRET","login":"https://a:SECRET@h/"}"#
        let target = "/v2/engagements/ngmt_a/contacts?limit=500&filter%5Bids%5D%5Bin%5D=a,b%2Cc"
        for status in [400, 409, 422] {
            let failure = failure(
                Self.write, status: status,
                body: #"{"errors":[{"field":"\#(field)","code":"not_found","message":"m"}]}"#,
                target: target, sent: sent)
            #expect(failure.message.hasSuffix("(\(status)): \(shown); see data.errors."), "\(failure.message)")
            #expect(!failure.message.contains("SECRET"))
        }
    }

    @Test func theSentenceIsBoundedAndCountsTheRest() {
        let many = (0..<3).map { #"{"field":"a[\#($0)]","code":"c"}"# }.joined(separator: ",")
        let failure = failure(status: 422, body: "{\"errors\":[\(many)]}")
        #expect(failure.message == "The API did not accept the values (422): a[0]: c; data.errors has 2 more.")
        let long = String(repeating: "y\u{202E}", count: 10_000)
        let item = "{\"field\":\"\(long)\",\"code\":\"\(long)\",\"message\":\"\(long)\"}"
        let large = self.failure(status: 422, body: "{\"errors\":[\(item)]}").message
        #expect(large.count < 1500 && !large.unicodeScalars.contains("\u{202E}"))
        let vague = self.failure(status: 422, body: #"{"errors":[{"field":"a","message":"Is too\nlong."}]}"#)
        #expect(vague.message == "The API did not accept the values (422): a: Is too long; see data.errors.")
    }

    @Test(arguments: [407, 403, 404, 408, 429, 500, 502, 503, 504])
    func aProxysRefusalNamesItsStatus(status: Int) {
        let failure = failure(Self.read, .proxyRefused(status))
        #expect(
            failure.kind == .network && failure.message.contains("proxy") && failure.message.contains("(\(status))"))
        #expect(failure.retryable == (status >= 500 || status == 408 || status == 429))
        #expect(failure.message.contains("login") == (status == 407))
    }

    @Test func problemsFitOnALineAndAreBounded() {
        let failure = failure(status: 400, body: "{\r\n \"a\":\n[1,\r2]}")
        #expect(failure.problem.map { String(decoding: $0, as: UTF8.self) } == "{   \"a\": [1, 2]}")
        let many = Array(repeating: #"{"field":"a"}"#, count: 5000).joined(separator: ",")
        #expect(self.failure(status: 422, body: "{\"errors\":[\(many)]}").errors.count == 100)
        let long = String(repeating: "r", count: 100_000)
        let item = "{\"field\":\"\(long)\",\"code\":\"\(long)\",\"message\":\"\(long)\"}"
        var large = self.failure(status: 500, body: "{\"request_id\":\"\(long)\",\"errors\":[\(item)]}")
        large.boundForeignText { bytes in bytes[0] = UInt8(ascii: "*") }
        #expect(large.requestID == "*" + String(repeating: "r", count: 199))
        #expect(large.errors.map { [$0.field.count, $0.code.count, $0.message.count] } == [[201, 201, 1001]])
        #expect(large.errors[0].field.hasPrefix("*r") && large.errors[0].message.hasSuffix("r…"))
        #expect(large.problem?.first == UInt8(ascii: "*") && large.problem?.count ?? 0 > 400_000)
    }

    @Test(
        arguments: [
            ("5", 5000), ("0", 0), ("9999999999", 86_400_000), ("86400", 86_400_000), ("1700000007", 7000),
            ("1700000007000", 7000), ("-1", nil), ("soon", nil), ("1.5", 2000),
            ("Tue, 14 Nov 2023 22:13:30 GMT", 10_000),
        ] as [(String, Int?)])
    func retryAfter(value: String, milliseconds: Int?) {
        #expect(failure(status: 429, fields: [(.retryAfter, value)]).retryAfterMs == milliseconds)
        #expect(failure(status: 503, fields: [(.retryAfter, value)]).retryAfterMs == milliseconds)
    }

    /// What a page says of the token, the scopes or the id is not the API's word.
    @Test(arguments: [401, 403, 404])
    func aPageIsNoRefusalOfTheAPIs(status: Int) {
        for (type, body) in [
            ("text/html", "<!DOCTYPE html>"), ("text/html; charset=UTF-8", "blocked"), ("", " <html>"),
        ] {
            let failure = failure(status: status, body: body, fields: [(.contentType, type)])
            #expect(failure.code == status && failure.requiredScopes.isEmpty && !failure.retryable)
            #expect(failure.message.contains("something stands between"), "\(failure.message)")
            for word in ["scope", "engagements:read", "token", "check the id"] {
                #expect(!failure.message.contains(word), "\(failure.message)")
            }
        }
        let real = failure(status: status, body: "{}", fields: [(.contentType, "text/html")])
        #expect(!real.message.contains("stands between") && real.requiredScopes.isEmpty == (status != 403))
    }

    @Test(
        arguments: [
            ("https://new.example/api/v2/x?token=secret#a", " to https://new.example/api/v2/x,"),
            ("http://user:secret@new.example:8443/p", " to http://new.example:8443/p,"),
            ("//a@new.example/p", " to //new.example/p,"), ("/login?next=secret", " to /login,"),
            ("https:/\\u:secret@new.example\\p", " to https://new.example\\p,"), ("login", " to login,"),
            ("https://[::1]:9/", " to https://[::1]:9/,"), ("https://new.example/users/@me", "/users/@me,"),
            ("https://user:se?cret@new.example/", "(301), which"), ("https://user:se#cret@x/", "(301), which"),
            ("?secret", "(301), which"), ("#secret", "(301), which"), ("https://", "(301), which"),
            ("https:///u:secret@x/", "(301), which"), ("/a\u{1b}[31m\u{202e}b", " to /a\\u{1b}[31m\\u{202e}b,"),
        ])
    func aRedirectNamesWhereItPoints(location: String, words: String) {
        for status in [301, 302, 303, 307, 308] {
            let failure = failure(status: status, fields: [(.location, location)])
            #expect(failure.message.contains(words.replacing("301", with: "\(status)")), "\(failure.message)")
            #expect(failure.message.contains("never followed") && !failure.message.contains("secret"))
        }
        let long = "https://new.example/" + String(repeating: "x", count: 9000)
        #expect(failure(status: 301, fields: [(.location, long)]).message.count < 400)
        #expect(!failure(status: 404, fields: [(.location, location)]).message.contains("new.example"))
    }

    @Test func headers() {
        let found = failure(
            status: 500, body: #"{"request_id":"body"}"#, fields: [(.apiVersion, "v\u{1}"), (.requestID, "header")])
        #expect(found.apiVersion == "v\u{1}" && found.requestID == "body")
        #expect(failure(status: 500, fields: [(.requestID, "header")]).requestID == "header")
        #expect(failure(.broken, fields: [(.apiVersion, "v")]).apiVersion == "v")
    }

    private func failure(_ transfer: TransferFailure, fields: [(Exchange.Field, String)]) -> RPCFailure {
        failure(Self.read, status: 200, transfer, fields: fields)
    }

    @Test func scopesOfWhatWasAskedFor() {
        var terms = CallTerms()
        _ = bind("engagement.get", #"["ngmt_a",["contacts","owner","tags"]]"#) { terms = $0 }
        let found = failure(status: 403, terms: terms)
        #expect(found.requiredScopes == ["engagements:read", "contacts:read", "users:read"])
        #expect(found.message.contains("engagements:read and contacts:read and users:read"))
    }
}
