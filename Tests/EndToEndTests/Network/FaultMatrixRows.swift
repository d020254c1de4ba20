import JSONRPC
import TestSupport

/// One fault, and what a read and a write that meet it are told.
struct FaultRow: Sendable {
    /// Who is at the other end.
    enum Peer: Sendable {
        case server(FaultServer.Plan)
        /// The sandbox, with these steps for every request to the engagement.
        case sandbox(String, repeats: Bool)
        /// A base URL, and the environment besides the token.
        case url(@Sendable () throws -> String, [String: String])
    }

    let name: String
    let peer: Peer
    /// `ATTEMPTS KIND` and, but for `ok`, whether it is retryable (`y`, `n`); several kinds apart by `|`.
    let read: String
    /// The same and `applied`.
    let write: String
    var arguments: [String] = []
    /// Whether a call goes before, so that there is a pooled connection.
    var isWarm = false
    /// Whether an attempt may be lost on a connection that the server had closed before, unseen by it.
    var mayMissAttempts = false

    init(
        _ name: String, _ peer: Peer, _ read: String, _ write: String, _ arguments: [String] = [], isWarm: Bool = false,
        mayMissAttempts: Bool = false
    ) {
        (self.name, self.peer, self.read, self.write) = (name, peer, read, write)
        (self.arguments, self.isWarm, self.mayMissAttempts) = (arguments, isWarm, mayMissAttempts)
    }

    /// A server that always reacts in the same way.
    init(_ name: String, always reaction: Reaction, _ read: String, _ write: String, _ arguments: [String] = []) {
        self.init(name, .server { _ in reaction }, read, write, arguments)
    }

    /// A server that reacts in turn; the last for ever.
    init(_ name: String, inTurn reactions: [Reaction], _ read: String, _ write: String, _ arguments: [String] = []) {
        self.init(name, .server { reactions[min($0.count, reactions.count) - 1] }, read, write, arguments)
    }

    /// Whether it is about what goes over a connection, and not about reaching one.
    var isForTLS: Bool { if case .server = peer { !arguments.contains("--tls") } else { false } }

    private static let short = limit(milliseconds: 2000)
    private static func page(_ text: String) -> Reaction { .answer(200, text) }

    static let connecting: [FaultRow] = [
        .init(
            "nobody listens", .url({ "http://127.0.0.1:\(try FaultServer.closedPort())" }, [:]), "0 network y",
            "0 network y no"),
        .init(
            "name without address", .url({ "https://name.invalid" }, [:]), "0 network y", "0 network y no",
            limit(milliseconds: 8000)),
        .init(
            "proxy: nobody listens",
            .url(
                { "https://api.example" }, ["https_proxy": "http://127.0.0.1:\((try? FaultServer.closedPort()) ?? 1)"]),
            "0 network y", "0 network y no"),
        .init(
            "TLS to a silent port", .server { _ in .neverAnswer }, "0 network|timeout y", "0 network|timeout y no",
            short + ["--tls"]),
        .init(
            "accepts, says nothing", always: .neverAnswer, "2 timeout y", "2 timeout y unknown",
            limit(milliseconds: 4000) + ["--max-attempts", "2"]),
        .init("silent once, then well", inTurn: [.neverAnswer, .ok()], "2 ok", "2 ok", limit(milliseconds: 3000)),
    ]

    static let sending: [FaultRow] = [
        .init(
            "pooled connection closed",
            .server { _ in Reaction.ok().then(.wait(milliseconds: 20)).then(.close) }, "1-2 ok", "1-2 ok", isWarm: true,
            mayMissAttempts: true),
        .init(
            "pooled, closes on each request",
            .server { $0.target.contains("warm") ? .ok() : .closeBeforeAnswer }, "3 network y", "3 network y unknown",
            isWarm: true),
        .init(
            "the same, one attempt", .server { $0.target.contains("warm") ? .ok() : .closeBeforeAnswer }, "1 network y",
            "1 network y unknown", ["--max-attempts", "1"], isWarm: true),
        .init(
            "pooled, closes once", .server { $0.target.contains("warm") || $0.count > 1 ? .ok() : .closeBeforeAnswer },
            "2 ok", "2 ok", isWarm: true),
        .init(
            "reset before the body", always: Reaction.resetBeforeAnswer.beforeBody, "3 network y",
            "3 network y unknown"),
        .init(
            "413 before the body", always: Reaction.problem(413).beforeBody, "1 unexpected_status n",
            "1 unexpected_status n no"),
        .init(
            "401 before the body", always: Reaction.problem(401).beforeBody, "1 unauthorized n", "1 unauthorized n no"),
    ]

    static let answering: [FaultRow] = [
        .init("closed before the answer", always: .closeBeforeAnswer, "3 network y", "3 network y unknown"),
        .init("reset before the answer", always: .resetBeforeAnswer, "3 network y", "3 network y unknown"),
        .init(
            "cut in the status line", always: .cutStatusLine, "3 network|bad_response y",
            "3 network|bad_response y unknown"),
        // libcurl takes a header section that ends by closing as one that is whole, with no body behind it.
        .init("cut in the headers", always: .cutHeaders, "2-3 bad_response y", "1 bad_response n yes"),
        .init("cut in the body", always: .cutBody, "3 bad_response y", "1 bad_response n yes"),
        .init("cut in a chunk", always: .cutChunk, "3 bad_response y", "1 bad_response n yes"),
        .init("junk chunk size", always: .junkChunkSize, "3 bad_response y", "1 bad_response n yes"),
        .init("body stalls", always: .bodyTooShort, "1 timeout y", "1 timeout y yes", short),
        .init("body drips", always: .dripBody, "1 timeout y", "1 timeout y yes", short),
        .init("headers drip", always: .dripHeaders, "1 timeout y", "1 timeout y yes", short),
        .init("gzip cut", always: .cutGzip, "2-3 bad_response y", "1 bad_response n yes"),
        .init("gzip that is none", always: .falseGzip, "2 bad_response y", "1 bad_response n yes"),
        .init("gzip bomb, 70 MiB", always: .gzipBomb(bytes: 70 << 20), "1 bad_response n", "1 bad_response n yes"),
        .init("no HTTP", always: .garbage, "3 bad_response|network y", "3 bad_response|network y unknown"),
        .init("HTTP/0.9", always: .http09, "3 bad_response|network y", "3 bad_response|network y unknown"),
        .init("400 header lines", always: .manyHeaders(400), "1 bad_response n", "1 bad_response n yes"),
        .init("a header of 1 MB", always: .hugeHeader(bytes: 1 << 20), "1 bad_response n", "1 bad_response n yes"),
        .init("endless 103", always: .interim(103, times: 100_000), "1 bad_response n", "1 bad_response n unknown"),
        .init("200 after five 103", always: .interim(103, times: 5), "1 ok", "1 ok"),
        .init("a page", always: page("<html>"), "2 bad_response y", "1 bad_response y unknown"),
        .init(
            "a firewall's challenge", always: .answer(202, "", ["x-amzn-waf-action: challenge"], type: "text/html"),
            "2 bad_response y", "1 bad_response y unknown"),
        .init("another's answer", always: page(#"{"id":"ngmt_z"}"#), "3 bad_response y", "1 bad_response y unknown"),
        .init("another's, then well", inTurn: [page(#"{"id":"ngmt_z"}"#), .ok()], "2 ok", "1 bad_response y unknown"),
        .init("empty", always: page(""), "2 bad_response y", "1 ok"),
        .init("half a text", always: page(#"{"a":"#), "2 bad_response y", "1 bad_response n yes"),
        .init("two texts", always: page("{}{}"), "2 bad_response y", "1 bad_response n yes"),
        .init("NaN", always: page("NaN"), "2 bad_response y", "1 bad_response n yes"),
        .init(
            "100,000 deep", always: page(String(repeating: "[", count: 100_000)), "2 bad_response y",
            "1 bad_response n yes"),
        .init("a page, then well", inTurn: [page("<html>"), .ok()], "2 ok", "1 bad_response y unknown"),
        .init("cut body, then well", inTurn: [.cutBody, .ok()], "2 ok", "1 bad_response n yes"),
    ]

    static let statuses: [FaultRow] =
        [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 428, 431, 302, 304, 307].map { status in
            let kind = RPCFailure.Kind(status: status).rawValue
            return .init("\(status)", always: .problem(status), "1 \(kind) n", "1 \(kind) n no")
        }
        + [500, 502, 503, 504, 520, 529].map {
            .init("\($0)", always: .problem($0), "3 server_error y", "3 server_error y unknown")
        }
        + [501, 505, 511].map {
            .init("\($0)", always: .problem($0), "1 server_error n", "1 server_error n unknown")
        }
        + [
            .init("303", always: .problem(303), "1 unexpected_status n", "1 unexpected_status n unknown"),
            .init("408", always: .problem(408), "3 unexpected_status y", "3 unexpected_status y unknown"),
            .init("500, then well", inTurn: [.problem(500), .ok()], "2 ok", "2 ok"),
            .init("502, 503, then well", inTurn: [.problem(502), .problem(503), .ok()], "3 ok", "3 ok"),
            .init(
                "closed, then 412", inTurn: [.closeBeforeAnswer, .problem(412)], "2 precondition_failed n",
                "2 precondition_failed n unknown"),
            .init("500, then 409", inTurn: [.problem(500), .problem(409)], "2 conflict n", "2 conflict n unknown"),
            .init(
                "500, one attempt", always: .problem(500), "1 server_error y", "1 server_error y unknown",
                ["--max-attempts", "1"]),
        ]

    static let throttling: [FaultRow] = [
        .init("429", always: .problem(429), "3 rate_limited y", "3 rate_limited y no"),
        .init("429, then 404", inTurn: [.problem(429), .problem(404)], "2 not_found n", "2 not_found n no"),
        .init("429 for 1 s, then well", inTurn: [.problem(429, ["Retry-After: 1"]), .ok()], "2 ok", "2 ok"),
        .init("429 for 61 s", always: .problem(429, ["Retry-After: 61"]), "1 rate_limited y", "1 rate_limited y no"),
        .init(
            "429 past the deadline", always: .problem(429, ["Retry-After: \(5 * Int(Deadline.slowness.rounded(.up)))"]),
            "1 rate_limited y",
            "1 rate_limited y no", short),
        .init("429 with nonsense, then well", inTurn: [.problem(429, ["Retry-After: soon"]), .ok()], "2 ok", "2 ok"),
        .init(
            "429 with two, then well",
            inTurn: [.problem(429, ["Retry-After: 50", "Retry-After: 60"]), .ok()], "2 ok", "2 ok"),
        .init(
            "429 with a date gone by, then well",
            inTurn: [.problem(429, ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"]), .ok()], "2 ok", "2 ok"),
        .init("503 for 1 s, then well", inTurn: [.problem(503, ["Retry-After: 1"]), .ok()], "2 ok", "2 ok"),
    ]

    static let sandboxed: [FaultRow] = [
        .init(
            "sandbox: 500", .sandbox(#"{"status":500}"#, repeats: true), "3 server_error y", "3 server_error y unknown"),
        .init("sandbox: 500 once", .sandbox(#"{"status":500}"#, repeats: false), "2 ok", "2 ok"),
        .init(
            "sandbox: 429 for 1 s once", .sandbox(#"{"status":429,"retry_after":1}"#, repeats: false), "2 ok", "2 ok"),
        .init("sandbox: 404", .sandbox(#"{"status":404}"#, repeats: true), "1 not_found n", "1 not_found n no"),
        .init(
            "sandbox: cut before", .sandbox(#"{"cut":"before"}"#, repeats: true), "3 network y", "3 network y unknown"),
        .init(
            "sandbox: cut in the headers", .sandbox(#"{"cut":"headers"}"#, repeats: true), "3 bad_response|network y",
            "1-3 bad_response|network n yes"),
        .init(
            "sandbox: cut in the body", .sandbox(#"{"cut":"body"}"#, repeats: true), "3 bad_response y",
            "1 bad_response n yes"),
        .init(
            "sandbox: a page", .sandbox(#"{"body":"<html>"}"#, repeats: true), "2 bad_response y",
            "1 bad_response y unknown"),
        .init("sandbox: slow", .sandbox(#"{"delay_ms":300}"#, repeats: true), "1 ok", "1 ok"),
        .init(
            "sandbox: too slow", .sandbox(#"{"delay_ms":9000}"#, repeats: true), "2 timeout y", "2 timeout y unknown",
            short + ["--max-attempts", "2"]),
    ]

    static var all: [FaultRow] { connecting + sending + answering + statuses + throttling + sandboxed }
}
