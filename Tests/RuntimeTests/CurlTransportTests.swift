import Bytes
import CCurl
import Glibc
import HTTP
import Platform
import TestSupport
import Testing

@testable import Runtime

/// The transport over libcurl, against a server that reacts as told and counts what reached it.
@Suite(.serialized) struct CurlTransportTests {
    private final class Client {
        let transport: CurlTransport
        private let clock = LoopClock()

        init(_ base: String, connections: Int = 16) throws {
            let url = try BaseURL(base)
            transport = CurlTransport(
                settings: TransportSettings(
                    baseURL: url.text, userAgent: "tests", isClearText: url.isClearText, isLoopback: url.isLoopback,
                    maxConnections: connections), clock: clock)
            transport.use(authorization: "token-of-the-tests")
        }

        func exchange(
            _ verb: HTTPVerb = .get, _ target: String = "/x", body: String? = nil, tag: Int = 0, fresh: Bool = false
        ) -> Exchange {
            Exchange(
                tag: tag,
                request: HTTPRequest(verb, target: ByteBuffer(target.utf8), body: body.map { ByteBuffer($0.utf8) }),
                body: ByteBuffer("{head:".utf8), needsFreshConnection: fresh, connectTimeoutMs: 2000)
        }

        /// Turns until so many exchanges have finished or the time is over.
        func run(_ count: Int, within seconds: Double = 60) -> [Exchange] {
            let deadline = Deadline(in: seconds)
            var finished: [Exchange] = []
            var ready: [PollSet.Ready] = []
            while true {
                clock.update()
                finished += transport.advance(ready: ready, now: clock.now)
                if finished.count >= count || deadline.hasPassed { return finished }
                let timer = transport.timer?.seconds(since: clock.now) ?? 1
                ready = transport.pollSet.wait(seconds: min(timer, Double(deadline.millisecondsLeft) / 1000))
            }
        }

        func call(_ exchange: Exchange, within seconds: Double = 60) -> Exchange {
            transport.start(exchange)
            _ = run(1, within: seconds)
            return exchange
        }
    }

    @Test(arguments: HTTPVerb.allCases)
    func everyMethod(verb: HTTPVerb) throws {
        let server = try FaultServer(
            always: .answer(
                200, #"{"a":1}"#,
                ["ETag: \"e\"", "X-Api-Version:  v1 ", "X-Request-Id: r", "Retry-After: 3", "Date: d"]))
        let client = try Client(server.baseURL)
        for _ in 0..<3 {
            let body = verb == .get || verb == .delete ? nil : #"{"b":2}"#
            let exchange = client.call(client.exchange(verb, "/y?z=%20", body: body))
            #expect(exchange.failure == nil && exchange.status == 200 && exchange.wasSent && exchange.gotBytes)
            #expect(exchange.answer.text == #"{"a":1}"# && exchange.body.bytes.text == #"{head:{"a":1}"#)
            #expect(exchange[.etag]?.text == "\"e\"" && exchange[.apiVersion]?.text == "v1")
            #expect(exchange[.requestID]?.text == "r" && exchange[.retryAfter]?.text == "3")
            #expect(exchange[.date]?.text == "d" && exchange[.contentType]?.text == "application/json")
        }
        #expect(server.connections == 1 && server.requests.count == 3)
        for request in server.requests {
            #expect(request.method == verb.name && request.target == "/api/y?z=%20")
            #expect(request["authorization"] == "token-of-the-tests" && request["user-agent"] == "tests")
            #expect(request["expect"] == nil && request["accept-encoding"] == "gzip, deflate, br")
            #expect(request.body == (verb == .get || verb == .delete ? [] : Array(#"{"b":2}"#.utf8)))
        }
    }

    /// A handle is used again: what its last request carried is none of the next one's.
    @Test(arguments: [[nil], ["{}", nil], ["[1]", nil, "{}", nil]], [.post, .put, .patch, .delete] as [HTTPVerb])
    func aRequestWithoutABodyHasNone(bodies: [String?], verb: HTTPVerb) throws {
        let server = try FaultServer(always: .ok())
        let client = try Client(server.baseURL)
        for body in bodies {
            let exchange = client.call(client.exchange(verb, body: body))
            #expect(exchange.failure == nil && exchange.status == 200, "\(String(describing: exchange.failure))")
        }
        #expect(server.connections == 1)
        #expect(server.requests.map { String(decoding: $0.body, as: UTF8.self) } == bodies.map { $0 ?? "" })
        for (request, body) in zip(server.requests, bodies) {
            #expect(request["expect"] == nil && request["transfer-encoding"] == nil)
            #expect(request.method == verb.name)
            #expect(request["content-type"] == (body == nil && verb == .delete ? nil : "application/json"))
            #expect(request["content-length"] == (body == nil && verb == .delete ? nil : "\(body?.utf8.count ?? 0)"))
        }
    }

    /// Only the first line of a header section is a status line, whatever a field or a trailer looks like.
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nHTTP/1.1 500 No: x\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nHTTP/x: 1\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nHTTP/1.1 500 X: y\r\n\r\n",
        "HTTP/1.1 103 Early\r\nHTTP/1.1 500 X: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func aFieldIsNoStatusLine(answer: String) throws {
        let server = try FaultServer(always: .raw(answer))
        let client = try Client(server.baseURL)
        let exchange = client.call(client.exchange(.put, body: "{}"))
        #expect(exchange.failure == nil && exchange.status == 200, "\(String(describing: exchange.failure))")
        #expect(exchange.answer.text == "{}")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reaction: Reaction
        let failure: TransferFailure
        let status: Int
    }

    static let rows: [Row] = [
        Row(testDescription: "closed", reaction: .closeBeforeAnswer, failure: .broken, status: 0),
        Row(testDescription: "reset", reaction: .resetBeforeAnswer, failure: .broken, status: 0),
        Row(testDescription: "cut body", reaction: .cutBody, failure: .broken, status: 200),
        Row(testDescription: "cut chunk", reaction: .cutChunk, failure: .broken, status: 200),
        Row(testDescription: "junk chunk", reaction: .junkChunkSize, failure: .broken, status: 200),
        Row(testDescription: "false gzip", reaction: .falseGzip, failure: .encoding, status: 200),
        Row(testDescription: "HTTP/0.9", reaction: .http09, failure: .notHTTP, status: 0),
        Row(testDescription: "a bomb", reaction: .gzipBomb(bytes: 70 << 20), failure: .tooLarge, status: 200),
        Row(testDescription: "400 headers", reaction: .manyHeaders(400), failure: .headersTooLarge, status: 200),
        Row(
            testDescription: "a huge header", reaction: .hugeHeader(bytes: 1 << 20), failure: .headersTooLarge,
            status: 200),
    ]

    @Test(arguments: rows)
    func failures(row: Row) throws {
        let server = try FaultServer(always: row.reaction)
        let client = try Client(server.baseURL)
        let exchange = client.call(client.exchange(.put, body: "{}"))
        #expect(exchange.failure == row.failure && exchange.status == row.status)
        #expect(exchange.wasSent && server.requests.count == 1)
        // And the next one is served.
        let good = try FaultServer(always: .ok())
        let next = try Client(good.baseURL)
        #expect(next.call(next.exchange()).status == 200)
    }

    @Test func beforeSending() throws {
        let closed = try Client("http://127.0.0.1:\(FaultServer.closedPort())")
        let refused = closed.call(closed.exchange())
        #expect(refused.failure == .connect && !refused.wasSent && refused.status == 0)
        let nobody = try Client("https://name.invalid")
        let unknown = nobody.call(nobody.exchange(), within: 10)
        #expect(unknown.failure == .resolve || unknown.failure == .connectTimeout)
        #expect(!unknown.wasSent)
        let server = try FaultServer(always: .ok())
        let tls = try Client(server.baseURL.replacing("http:", with: "https:"))
        let plain = tls.call(tls.exchange())
        // A server that waits for the rest of what it takes for a request leaves only the time-out.
        var isRefused = plain.failure == .handshakeTimeout
        if case .tls = plain.failure { isRefused = true }
        #expect(isRefused, "\(String(describing: plain.failure))")
        #expect(!plain.wasSent && server.requests.isEmpty)
    }

    /// What came without being asked for is not the next answer, and the next request goes out on a fresh connection.
    @Test(arguments: HTTPVerb.allCases)
    func aConnectionThatIsDistrustedIsNotUsedAgain(verb: HTTPVerb) throws {
        let server = try FaultServer(always: .ok())
        let client = try Client(server.baseURL)
        let first = client.call(client.exchange(verb))
        client.transport.distrustConnection(of: first)
        let second = client.call(client.exchange(verb))
        #expect(second.failure == nil && second.wasSent && !second.reusedConnection)
        #expect(first.connection != nil && second.connection != nil && first.connection != second.connection)
        #expect(server.requests.count == 2 && server.connections == 2)
        let third = client.call(client.exchange(verb))
        #expect(third.reusedConnection && third.connection == second.connection && server.connections == 2)
    }

    /// libcurl would send the request again by itself here, whatever its method.
    @Test(arguments: HTTPVerb.allCases)
    func nothingIsSentTwice(verb: HTTPVerb) throws {
        let server = try FaultServer { $0.target.contains("warm") ? .ok() : .closeBeforeAnswer }
        let client = try Client(server.baseURL)
        let body = verb == .get || verb == .delete ? nil : "{}"
        _ = client.call(client.exchange(verb, "/warm", body: body))
        let exchange = client.call(client.exchange(verb, "/x", body: body))
        #expect(exchange.failure == .resend && exchange.wasSent && !exchange.gotBytes)
        #expect(server.count(verb.name, "/x") == 1)
    }

    @Test func aFreshConnectionWhenAsked() throws {
        let server = try FaultServer(always: .ok())
        let client = try Client(server.baseURL)
        #expect(!client.call(client.exchange()).reusedConnection)
        #expect(client.call(client.exchange()).reusedConnection)
        #expect(!client.call(client.exchange(fresh: true)).reusedConnection)
        #expect(server.connections == 2)
    }

    @Test func cancelling() throws {
        let server = try FaultServer { $0.target.contains("slow") ? .neverAnswer : .ok() }
        let client = try Client(server.baseURL)
        let slow = client.exchange(.get, "/slow")
        client.transport.cancel(slow)
        client.transport.start(slow)
        #expect(client.run(1, within: 0.2).isEmpty && slow.wasSent)
        client.transport.cancel(slow)
        client.transport.cancel(slow)
        #expect(client.run(1, within: 0.1).isEmpty)
        #expect(client.call(client.exchange()).status == 200)
        let deadline = Deadline(in: 2)
        while server.openConnections > 1, !deadline.hasPassed { pause(milliseconds: 5) }
        #expect(server.openConnections == 1)
    }

    @Test func manyAtOnceOverFewConnections() throws {
        let server = try FaultServer(always: .ok())
        let client = try Client(server.baseURL, connections: 4)
        var done = 0
        for round in 0..<25 {
            for tag in 0..<4 { client.transport.start(client.exchange(.get, "/\(round)", tag: tag)) }
            done += client.run(4).count { $0.status == 200 && $0.failure == nil }
        }
        #expect(done == 100 && server.requests.count == 100 && server.connections <= 4)
    }

    /// The last status line counts, and only its fields.
    @Test func interimAnswers() throws {
        let server = try FaultServer(always: .interim(103, times: 5))
        let client = try Client(server.baseURL)
        let exchange = client.call(client.exchange())
        #expect(exchange.status == 200 && exchange.failure == nil && exchange[.apiVersion]?.text == "2026-03-01")
    }

    @Test(arguments: [("Retry-After: 1\r\nRetry-After: 2", true), ("Retry-After: 1", false)])
    func repeatedFields(headers: String, isRepeated: Bool) throws {
        let server = try FaultServer(always: .answer(429, "{}", [headers]))
        let client = try Client(server.baseURL)
        let exchange = client.call(client.exchange())
        #expect(exchange.repeatedRetryAfter == isRepeated && exchange[.retryAfter]?.text == "1")
    }
}
