import Bytes

/// Reads one HTTP/1.x request (RFC 9112), however the bytes are split.
///
/// Strict where leniency has allowed request smuggling: lines end in CRLF, no folding, no space before a colon, one
/// `Host`, one `Content-Length`, never both it and `Transfer-Encoding`.
struct HTTPRequestParser {
    /// Bytes of request line and header section, at most.
    static let headLimit = 64 << 10
    /// Bytes of a body, decoded, at most.
    static let bodyLimit = 32 << 20

    enum State: Equatable {
        case head
        case body(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers
        case complete
        /// The request can't be read; the status says why.
        case failed(Int)
    }

    private struct Refusal: Error { let status: Int }
    private struct Span { var start = 0, end = 0 }

    private(set) var state = State.head
    /// Whether the connection may carry another request after this one.
    private(set) var keepsAlive = true
    /// Whether the client speaks HTTP/1.0.
    private(set) var isHTTP10 = false
    /// Whether the client waits for `100 Continue` before its body.
    private(set) var expectsContinue = false

    private let head = ByteBuffer(capacity: 512)
    private let body = ByteBuffer()
    private var lineStart = 0
    private var trailerBytes = 0
    private var fieldCount = 0
    private var method = Span(), path = Span(), query: Span?
    private var host: Span?, authorization: Span?
    private var contentLength: Int?
    private var isChunked = false

    /// The request that was read. Valid in state `complete`, until the next `reset`.
    var request: IncomingRequest {
        IncomingRequest(
            method: bytes(method), path: bytes(path), query: query.map(bytes), host: host.map(bytes),
            authorization: authorization.map(bytes), body: body.bytes)
    }

    private func bytes(_ span: Span) -> Bytes { head.bytes.slice(span.start, span.end) }

    /// Prepares for the next request, and frees the memory of a large one.
    mutating func reset() {
        head.truncate(to: 0)
        body.truncate(to: 0)
        head.shrink(to: 4 << 10)
        body.shrink(to: 4 << 10)
        state = .head
        (keepsAlive, isHTTP10, expectsContinue, isChunked) = (true, false, false, false)
        (lineStart, trailerBytes, fieldCount) = (0, 0, 0)
        (method, path, query, host, authorization, contentLength) = (Span(), Span(), nil, nil, nil, nil)
    }

    /// Reads bytes up to the end of the request. Returns how many; the rest belongs to the next one.
    mutating func feed(_ bytes: Bytes) -> Int {
        var at = 0
        do {
            while at < bytes.count {
                let rest = bytes.dropping(at)
                switch state {
                case .complete, .failed: return at
                case .head, .chunkSize, .chunkEnd, .trailers: at += try takeLine(rest)
                case .body(let remaining), .chunkData(let remaining): at += takeBody(rest, remaining)
                }
            }
        } catch {
            state = .failed(error.status)
        }
        return at
    }

    private mutating func takeBody(_ bytes: Bytes, _ remaining: Int) -> Int {
        let taken = min(bytes.count, remaining)
        body.append(bytes.slice(0, taken))
        let left = remaining - taken
        if isChunked {
            state = left == 0 ? .chunkEnd : .chunkData(remaining: left)
        } else {
            state = left == 0 ? .complete : .body(remaining: left)
        }
        return taken
    }

    /// `head` collects lines of all kinds; lines of the chunked coding are removed once they are read.
    private mutating func takeLine(_ bytes: Bytes) throws(Refusal) -> Int {
        let found = bytes.firstPosition(of: UInt8(ascii: "\n"))
        let taken = found.map { $0 + 1 } ?? bytes.count
        let limit = state == .head ? Self.headLimit : lineStart + 4096
        guard head.count + taken <= limit else { throw Refusal(status: state == .head ? 431 : 400) }
        head.append(bytes.slice(0, taken))
        guard found != nil else { return taken }
        let end = head.count - 2
        guard end >= lineStart, head.bytes[end] == UInt8(ascii: "\r") else { throw Refusal(status: 400) }
        let line = Span(start: lineStart, end: end)
        if state == .head {
            try headLine(line)
        } else {
            try codingLine(self.bytes(line))
            head.truncate(to: lineStart)
        }
        return taken
    }

    private mutating func headLine(_ line: Span) throws(Refusal) {
        let isEmpty = line.start == line.end
        if method.end == 0 {
            // RFC 9112 §2.2: an empty line before the request line is skipped.
            if isEmpty { head.truncate(to: 0) } else { try requestLine(line) }
        } else if isEmpty {
            try endHead()
        } else {
            try field(line)
        }
        lineStart = head.count
    }

    private mutating func requestLine(_ line: Span) throws(Refusal) {
        let text = bytes(line)
        guard let first = text.firstPosition(of: 0x20), first > 0, text.slice(0, first).allSatisfy(\.isTokenByte)
        else { throw Refusal(status: 400) }
        let rest = text.dropping(first + 1)
        guard let second = rest.firstPosition(of: 0x20) else { throw Refusal(status: 400) }
        let target = rest.slice(0, second)
        let version = rest.dropping(second + 1)
        guard version.starts(with: "HTTP/"), version.count == 8, version[5].isDigit, version[6] == UInt8(ascii: "."),
            version[7].isDigit
        else { throw Refusal(status: 400) }
        guard version[5] == UInt8(ascii: "1") else { throw Refusal(status: 505) }
        isHTTP10 = version[7] == UInt8(ascii: "0")
        keepsAlive = !isHTTP10
        guard target.first == UInt8(ascii: "/"), target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refusal(status: 400)
        }
        let start = line.start + first + 1
        method = Span(start: line.start, end: line.start + first)
        let pathLength = target.firstPosition(of: UInt8(ascii: "?")) ?? target.count
        path = Span(start: start, end: start + pathLength)
        if pathLength < target.count { query = Span(start: start + pathLength + 1, end: start + target.count) }
    }

    private mutating func field(_ line: Span) throws(Refusal) {
        fieldCount += 1
        guard fieldCount <= 256 else { throw Refusal(status: 431) }
        let text = bytes(line)
        guard let colon = text.firstPosition(of: UInt8(ascii: ":")), colon > 0 else { throw Refusal(status: 400) }
        let name = text.slice(0, colon)
        guard name.allSatisfy(\.isTokenByte) else { throw Refusal(status: 400) }
        let value = text.dropping(colon + 1).trimmed
        guard value.allSatisfy({ ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F }) else { throw Refusal(status: 400) }
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): try note(&host, value)
        case 13 where name.equalsIgnoringCase("authorization"): try note(&authorization, value)
        case 14 where name.equalsIgnoringCase("content-length"): try noteLength(value)
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            guard value.equalsIgnoringCase("chunked"), !isChunked else { throw Refusal(status: 501) }
            isChunked = true
        case 10 where name.equalsIgnoringCase("connection"):
            for option in value.split(separator: UInt8(ascii: ",")) {
                let word = Bytes(rebasing: option).trimmed
                if word.equalsIgnoringCase("close") { keepsAlive = false }
                if word.equalsIgnoringCase("keep-alive"), isHTTP10 { keepsAlive = true }
            }
        case 6 where name.equalsIgnoringCase("expect"):
            guard value.equalsIgnoringCase("100-continue") else { throw Refusal(status: 417) }
            expectsContinue = !isHTTP10
        default: break
        }
    }

    private func note(_ span: inout Span?, _ value: Bytes) throws(Refusal) {
        guard span == nil else { throw Refusal(status: 400) }
        guard let start = value.baseAddress, let base = head.bytes.baseAddress else {
            span = Span()
            return
        }
        span = Span(start: start - base, end: start - base + value.count)
    }

    private mutating func noteLength(_ value: Bytes) throws(Refusal) {
        guard contentLength == nil, !value.isEmpty, value.allSatisfy(\.isDigit) else { throw Refusal(status: 400) }
        contentLength = Int(value.text) ?? .max
    }

    private mutating func endHead() throws(Refusal) {
        guard host != nil || isHTTP10 else { throw Refusal(status: 400) }
        if isChunked {
            guard contentLength == nil, !isHTTP10 else { throw Refusal(status: 400) }
            state = .chunkSize
            return
        }
        let length = contentLength ?? 0
        guard length <= Self.bodyLimit else { throw Refusal(status: 413) }
        expectsContinue = expectsContinue && length > 0
        state = length == 0 ? .complete : .body(remaining: length)
    }

    private mutating func codingLine(_ line: Bytes) throws(Refusal) {
        switch state {
        case .chunkEnd:
            guard line.isEmpty else { throw Refusal(status: 400) }
            state = .chunkSize
        case .chunkSize:
            let size = try chunkSize(line)
            guard body.count + size <= Self.bodyLimit else { throw Refusal(status: 413) }
            state = size == 0 ? .trailers : .chunkData(remaining: size)
        default:
            trailerBytes += line.count + 2
            guard trailerBytes <= Self.headLimit else { throw Refusal(status: 431) }
            if line.isEmpty { state = .complete }
        }
    }

    /// Hexadecimal digits, then optional extensions, which are ignored.
    private func chunkSize(_ line: Bytes) throws(Refusal) -> Int {
        let end = line.firstPosition(of: UInt8(ascii: ";")) ?? line.count
        let digits = line.slice(0, end).trimmed
        guard !digits.isEmpty else { throw Refusal(status: 400) }
        var size = 0
        for digit in digits {
            guard let value = digit.hexValue else { throw Refusal(status: 400) }
            guard size <= Self.bodyLimit else { throw Refusal(status: 413) }
            size = size * 16 + Int(value)
        }
        return size
    }
}

extension UInt8 {
    /// A character of a token: RFC 9110 §5.6.2.
    var isTokenByte: Bool {
        if isAlphanumeric { return true }
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            return true
        default: return false
        }
    }
}
