import Bytes
import JSON
import Testing

@testable import JSONRPC

/// What one message is, in short: `request ID METHOD PARAMS`, `batch N`, or `invalid CODE ID`; `-` for what is not
/// there.
func reading(_ text: String) -> String {
    var text = text
    return text.withUTF8 { describe(Message(Bytes($0))) }
}

private func describe(_ message: Message) -> String {
    switch message {
    case .request(let request):
        "request \(request.id?.bytes.text ?? "-") \(request.method.string ?? "?") \(request.params?.bytes.text ?? "-")"
    case .batch(let array): "batch \(array.elements.reduce(0) { sum, _ in sum + 1 })"
    case .response(let response):
        "response \(response.id?.bytes.text ?? "-") \((response.result ?? response.error)?.bytes.text ?? "-")"
    case .invalid(let failure, let id): "invalid \(failure.code) \(id?.bytes.text ?? "-")"
    }
}

@Suite struct MessageTests {
    static let table: [(String, String)] = [
        (#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, "request 1 a -"),
        (#" { "method" : "a" , "id" : "x" , "jsonrpc" : "2.0" , "params" : { } } "#, #"request "x" a { }"#),
        (#"{"jsonrpc":"2.0","method":"a"}"#, "request - a -"),
        (#"{"jsonrpc":"2.0","id":null,"method":"a"}"#, "request null a -"),
        (
            #"{"jsonrpc":"2.0","id":12345678901234567890,"method":"a","params":[1,2]}"#,
            "request 12345678901234567890 a [1,2]"
        ),
        (#"{"jsonrpc":"2.0","id":1.0e2,"method":"a","params":null}"#, "request 1.0e2 a -"),
        (#"{"jsonrpc":"2.0","id":"\u00e9","method":"\u0061"}"#, #"request "\u00e9" a -"#),
        (#"{"\u006asonrpc":"2.0","\u0069d":1,"m\u0065thod":"a"}"#, "request 1 a -"),
        (#"{"jsonrpc":"\u0032.0","id":1,"method":"a"}"#, "request 1 a -"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","extra":[{}]}"#, "request 1 a -"),
        (#"{"jsonrpc":"2.0","id":1,"method":""}"#, "request 1  -"),
        // Two names, although `String` takes them for one.
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"\u{E9}\":1,\"e\u{301}\":2}", "request 1 a -"),
        // Responses, however they are spelled: never to be answered.
        (#"{"jsonrpc":"2.0","id":77,"result":{}}"#, "response 77 {}"),
        (#"{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":"x"}}"#, #"response "a" {"code":1,"message":"x"}"#),
        (#"{"id":true,"result":null}"#, "response true null"), (#"{"result":1,"result":2}"#, "response - 2"),
        (#"{"jsonrpc":"1.0","id":1,"r\u0065sult":[]}"#, "response 1 []"),
        (#"{"jsonrpc":"2.0","id":3,"result":{},"error":null,"method":null}"#, "response 3 {}"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","result":1}"#, "request 1 a -"),
        (#"{"jsonrpc":"2.0","id":1,"method":7,"result":1}"#, "invalid -32600 1"),
        // Not to be served.
        (#"{"jsonrpc":"2.0","id":true,"method":"a"}"#, "invalid -32600 -"),
        (#"{"jsonrpc":"2.0","id":{},"method":"a"}"#, "invalid -32600 -"),
        (#"{"jsonrpc":"2.0","id":[1],"method":"a"}"#, "invalid -32600 -"),
        (#"{"id":1,"method":"a"}"#, "invalid -32600 1"),
        (#"{"jsonrpc":2.0,"id":1,"method":"a"}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"1.0","id":1,"method":"a"}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0 ","id":1,"method":"a"}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":7}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":null}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","params":"x"}"#, "invalid -32602 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","params":5}"#, "invalid -32602 1"),
        (#"{"jsonrpc":"2.0","method":"a","params":5}"#, "invalid -32600 -"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#, "invalid -32600 -"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","x":1,"x":2}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","x":1,"\u0078":2}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","é":1,"\u00e9":2}"#, "invalid -32600 1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","\u0069d":2}"#, "invalid -32600 -"),
        ("{}", "invalid -32600 -"), ("1", "invalid -32600 -"), (#""x""#, "invalid -32600 -"),
        ("null", "invalid -32600 -"), ("true", "invalid -32600 -"),
        // No JSON.
        ("", "invalid -32700 -"), ("{", "invalid -32700 -"), ("x", "invalid -32700 -"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a",}"#, "invalid -32700 -"),
        (#"{"jsonrpc":"2.0","id":1,"method":"a"}{}"#, "invalid -32700 -"),
        (#"{"jsonrpc":"2.0","id":01,"method":"a"}"#, "invalid -32700 -"),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\u{1}\"}", "invalid -32700 -"),
        (#"{jsonrpc:"2.0"}"#, "invalid -32700 -"), ("\u{FEFF}{}", "invalid -32700 -"),
        ("{}\u{0}", "invalid -32700 -"), ("[1,]", "invalid -32700 -"),
        // Batches.
        ("[]", "invalid -32600 -"), ("[ ]", "invalid -32600 -"), ("[1]", "batch 1"), ("[[],{},null]", "batch 3"),
    ]

    @Test(arguments: table)
    func reads(text: String, expected: String) {
        #expect(reading(text) == expected)
    }

    @Test(arguments: [(1000, "batch 1000"), (1001, "invalid -32600 -"), (100_000, "invalid -32600 -")])
    func aBatchHasALimit(count: Int, expected: String) {
        #expect(reading("[" + Array(repeating: "1", count: count).joined(separator: ",") + "]") == expected)
    }

    @Test(arguments: [
        (510, "request 1 a"), (511, "request 1 a"), (512, "invalid -32700 -"), (100_000, "invalid -32700 -"),
    ])
    func nestingHasALimit(depth: Int, expected: String) {
        let params = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let text = #"{"jsonrpc":"2.0","id":1,"method":"a","params":\#(params)}"#
        #expect(reading(text).hasPrefix(expected), "the request itself is a level")
    }

    private static let entries = table.filter {
        !$0.1.contains("-32700") && !$0.1.contains("batch") && $0.0.first != "["
    }

    /// An element of a batch is read like a message of its own.
    @Test(arguments: entries)
    func elements(text: String, expected: String) throws {
        var text = text
        let found = try text.withUTF8 { bytes -> String in
            var scanner = JSONScanner(Bytes(bytes))
            return describe(Message(element: try scanner.text()))
        }
        #expect(found == expected)
    }

    @Test func aBatchInABatchIsNone() throws {
        var text = "[[]]"
        try text.withUTF8 { bytes in
            var scanner = JSONScanner(Bytes(bytes))
            for element in try scanner.text().elements {
                #expect(describe(Message(element: element)) == "invalid -32600 -")
            }
        }
    }

    /// What a message repeats of its input is cut.
    @Test func longInputIsCut() {
        var text = #"{"jsonrpc":"2.0","id":1,"method":"a","\#(String(repeating: "n", count: 500))":1,"#
        text += "\"\(String(repeating: "n", count: 500))\":1}"
        text.withUTF8 { bytes in
            guard case .invalid(let failure, _) = Message(Bytes(bytes)) else { return #expect(Bool(false)) }
            #expect(failure.message.count < 200)
        }
    }
}

@Suite struct FailureTests {
    /// The contract's table of kinds and codes; the others have their HTTP status for a code.
    @Test(arguments: [
        (RPCFailure.Kind.parseError, -32700), (.invalidRequest, -32600), (.tooLarge, -32600), (.methodNotFound, -32601),
        (.invalidParams, -32602), (.internalError, -32603), (.cancelled, -32800), (.network, 1001), (.timeout, 1002),
        (.tls, 1003), (.badResponse, 1004), (.notConfigured, 1005), (.shuttingDown, 1006), (.notAllowed, 1007),
        (.declined, 1008), (.journalFailed, 1009), (.rateLimited, 429),
    ])
    func codes(kind: RPCFailure.Kind, code: Int) {
        #expect(kind.code == code)
        #expect(RPCFailure(kind, "Said.").code == code)
    }

    @Test(arguments: [
        (400, RPCFailure.Kind.badRequest), (401, .unauthorized), (403, .forbidden), (404, .notFound), (409, .conflict),
        (412, .preconditionFailed), (422, .unprocessable), (429, .rateLimited), (500, .serverError),
        (599, .serverError),
        (301, .unexpectedStatus), (405, .unexpectedStatus), (600, .unexpectedStatus), (0, .unexpectedStatus),
    ])
    func statuses(status: Int, kind: RPCFailure.Kind) {
        #expect(RPCFailure.Kind(status: status) == kind)
    }

    /// Only the kinds that several statuses share have no code of their own, and each kind says what to do.
    @Test(arguments: RPCFailure.Kind.allCases) func everyKindIsDescribed(kind: RPCFailure.Kind) {
        #expect((kind.code == nil) == [.serverError, .unexpectedStatus].contains(kind))
        if let code = kind.code, 100...599 ~= code { #expect(RPCFailure.Kind(status: code) == kind) }
        #expect(!kind.advice.isEmpty && kind.occasion?.hasSuffix(".") != false)
    }

    /// Every member, and those that are empty left out.
    @Test func written() {
        func text(_ failure: RPCFailure) -> String {
            let out = ByteBuffer()
            var json = JSONWriter(out)
            failure.write(to: &json)
            return out.bytes.text
        }
        #expect(
            text(RPCFailure(.timeout, "Said \"so\".", retryable: true))
                == #"{"code":1002,"message":"Said \"so\".","data":{"kind":"timeout","retryable":true}}"#)
        var failure = RPCFailure(
            .forbidden, "No.", errors: [FieldError(field: "a[0]", code: "invalid", message: "m\u{202E}")])
        failure.status = 403
        failure.retryAfterMs = 5
        failure.applied = "no"
        failure.attempts = 1
        failure.requestID = "r\n"
        failure.apiVersion = "v"
        failure.requiredScopes = ["s"]
        failure.problem = Array(#"{"x":1}"#.utf8)
        #expect(
            text(failure) == #"{"code":403,"message":"No.","data":{"kind":"forbidden","retryable":false,"#
                + #""retry_after_ms":5,"applied":"no","attempts":1,"status":403,"request_id":"r\n","api_version":"v","#
                + #""required_scopes":["s"],"errors":[{"field":"a[0]","code":"invalid","message":"m\u202e"}],"#
                + #""problem":{"x":1}}}"#)
    }

    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "abc…"), ("", 0, ""), ("é😀x", 2, "é😀…"),
        ("e" + String(repeating: "\u{301}", count: 100_000), 4, "e\u{301}\u{301}\u{301}…"),
    ])
    func whatIsRepeatedOfAnInputIsShort(text: String, limit: Int, expected: String) {
        #expect(text.cut(after: limit, "…").unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("engagement.gte", "engagement.get"), ("engagment.get", "engagement.get"), ("ENGAGEMENT.GET", "engagement.get"),
        ("zzzz", nil), ("", nil), ("service.pin", "service.ping"),
    ])
    func nearest(text: String, expected: String?) {
        #expect(text.nearest(in: ["engagement.get", "service.ping", "rpc.discover"]) == expected)
    }

    @Test func aLongNameIsNotCompared() {
        #expect(String(repeating: "e", count: 10_000_000).nearest(in: ["engagement.get"]) == nil)
    }
}
