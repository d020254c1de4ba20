/// The reaction of a `FaultServer` to one request: steps on the raw connection, in order.
///
/// The connection stays open for the next request unless a step ends it.
public struct Reaction: Sendable {
    /// One step on a connection.
    public enum Step: Sendable {
        /// Sends bytes.
        case send([UInt8])
        /// Sends the same bytes many times.
        case flood([UInt8], times: Int)
        /// Sends bytes one at a time, with a pause after each.
        case drip([UInt8], everyMs: Int)
        /// Does nothing for a while; ends early when the server stops.
        case wait(milliseconds: Int)
        /// Does nothing until the client goes away or the server stops.
        case hang
        /// Waits for bytes of the client, and drops them.
        case hear
        /// Begins TLS, inside any TLS that is already in use.
        case startTLS
        /// Closes the connection after everything was sent (FIN), in the way of its `FaultServer.Security`.
        case close
        /// Ends writing, and reads on: a FIN in clear, only close_notify over TLS.
        case halfClose
        /// Closes the connection at once (RST).
        case reset
    }

    /// The steps.
    public let steps: [Step]
    /// Whether the server first reads the request's body.
    public let readsBody: Bool

    /// A reaction of `steps`.
    public init(_ steps: [Step], readsBody: Bool = true) {
        self.steps = steps
        self.readsBody = readsBody
    }

    /// These steps, followed by `step`.
    public func then(_ step: Step) -> Reaction { Reaction(steps + [step], readsBody: readsBody) }

    /// These steps, after a wait.
    public func after(milliseconds: Int) -> Reaction {
        Reaction([.wait(milliseconds: milliseconds)] + steps, readsBody: readsBody)
    }

    /// These steps, done once the request's head has come.
    public var beforeBody: Reaction { Reaction(steps, readsBody: false) }

    /// These bytes, raw.
    public static func raw(_ text: String) -> Reaction { Reaction([.send(Array(text.utf8))]) }
}

/// Well-formed answers.
extension Reaction {
    /// An answer with a correct length. `headers` are whole lines without their CR LF.
    public static func answer(
        _ status: Int, _ body: String, _ headers: [String] = [], type: String? = "application/json"
    ) -> Reaction {
        answer("HTTP/1.1 \(status) Said", Array(body.utf8), headers, type: type)
    }

    /// An answer that begins with the status line `start`, with a correct length.
    public static func answer(
        _ start: String, _ body: [UInt8], _ headers: [String] = [], type: String? = "application/json"
    ) -> Reaction {
        let lines = [start] + (type.map { ["Content-Type: \($0)"] } ?? []) + headers + ["Content-Length: \(body.count)"]
        return Reaction([.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)])
    }

    /// 200 with `body`.
    public static func ok(_ body: String = #"{"object":"engagement"}"#) -> Reaction {
        answer(200, body, ["X-Api-Version: 2026-03-01"])
    }

    /// An error as the API words it: `application/problem+json` for `status`.
    public static func problem(_ status: Int, _ headers: [String] = []) -> Reaction {
        let type = "https://app.askelephant.ai/errors/case"
        let body = #"{"type":"\#(type)","title":"T","status":\#(status),"detail":"D","request_id":"rid_case"}"#
        return answer(status, body, headers, type: "application/problem+json")
    }

    /// 200 in chunks: `chunk`, `times` times, then the end.
    public static func chunked(_ chunk: [UInt8], times: Int, headers: [String] = []) -> Reaction {
        let size = String(chunk.count, radix: 16)
        return Reaction([
            head(200, headers + ["Transfer-Encoding: chunked"]),
            .flood(Array("\(size)\r\n".utf8) + chunk + Array("\r\n".utf8), times: times),
            .send(Array("0\r\n\r\n".utf8)),
        ])
    }

    /// 200 with a body that decodes to `bytes` spaces.
    public static func gzipBomb(bytes: Int) -> Reaction {
        answer("HTTP/1.1 200 OK", Gzip.bomb(bytes: bytes), ["Content-Encoding: gzip"])
    }

    static func head(_ status: Int, _ headers: [String]) -> Step {
        let lines = ["HTTP/1.1 \(status) Said", "Content-Type: application/json"] + headers
        return .send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }
}

/// Invalid and cut answers.
extension Reaction {
    /// Closes without sending anything.
    public static let closeBeforeAnswer = Reaction([.close])
    /// Resets without sending anything.
    public static let resetBeforeAnswer = Reaction([.reset])
    /// Never sends anything.
    public static let neverAnswer = Reaction([.hang])
    /// Closes inside the status line.
    public static let cutStatusLine = raw("HTTP/1.1 20").then(.close)
    /// Closes inside the header section.
    public static let cutHeaders = raw("HTTP/1.1 200 OK\r\nContent-Type: applica").then(.close)
    /// Closes inside the body.
    public static let cutBody = raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"object\":").then(.close)
    /// Closes inside a chunk.
    public static let cutChunk = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"obj").then(.close)
    /// A chunk size that is no number.
    public static let junkChunkSize = raw(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
    ).then(.close)
    /// A length greater than the body's, and then nothing more.
    public static let bodyTooShort = raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}").then(.hang)
    /// Two lengths that differ.
    public static let twoLengths = raw(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    ).then(.close)
    /// A negative length.
    public static let negativeLength = raw("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}").then(.close)
    /// A gzip body that is cut.
    public static let cutGzip = answer(
        "HTTP/1.1 200 OK", Array(Gzip.bomb(bytes: 100_000).dropLast(40)), ["Content-Encoding: gzip"])
    /// A body that claims to be gzip and isn't.
    public static let falseGzip = answer(200, "{}", ["Content-Encoding: gzip"])
    /// Bytes that aren't HTTP.
    public static let garbage = Reaction([.send((0..<200).map { UInt8(truncatingIfNeeded: $0 * 37 + 1) }), .close])
    /// The body of an HTTP/0.9 answer.
    public static let http09 = raw("{\"object\":\"engagement\"}").then(.close)
    /// One byte of an endless header every 100 ms.
    public static let dripHeaders = Reaction([
        .send(Array("HTTP/1.1 200 OK\r\nX-Slow: ".utf8)), .drip([UInt8](repeating: 0x61, count: 10_000), everyMs: 100),
    ])
    /// One byte of the body every 100 ms.
    public static let dripBody = Reaction([
        head(200, ["Content-Length: 100000"]), .drip([UInt8](repeating: 0x20, count: 10_000), everyMs: 100),
    ])
    /// `count` header fields before a good body.
    public static func manyHeaders(_ count: Int) -> Reaction {
        answer(200, "{}", (0..<count).map { "X-Field-\($0): value" })
    }
    /// One header field of `bytes` bytes before a good body.
    public static func hugeHeader(bytes: Int) -> Reaction {
        answer(200, "{}", ["X-Field: " + String(repeating: "a", count: bytes)])
    }
    /// `count` interim answers, then a good one.
    public static func interim(_ status: Int, times count: Int) -> Reaction {
        Reaction([.flood(Array("HTTP/1.1 \(status) Interim\r\nLink: </x>\r\n\r\n".utf8), times: count)] + ok().steps)
    }
}
