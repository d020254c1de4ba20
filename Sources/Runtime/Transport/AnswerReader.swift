import Bytes
import HTTP

/// Reads one answer, head and body, into an exchange while it comes.
final class AnswerReader {
    /// The content codings of the answer, in the order in which the server applied them.
    private var codings: [ContentCoding] = []
    /// The body, still encoded.
    private let coded = ByteBuffer(capacity: 64)
    /// Seconds after which the server closes an idle connection, as the answer says.
    private(set) var keepAlive: Double?
    /// Whether the last line of a header section has come.
    private(set) var headersEnded = false
    private var headerLines = 0
    private var headerBytes = 0

    /// Decoded bytes of one answer, at most. libcurl's own limit does not count chunked or compressed bodies.
    static let bodyLimit = 64 * 1024 * 1024
    private static let headerLineLimit = 300
    private static let headerByteLimit = 256 * 1024

    /// Forgets the previous answer.
    func forget() {
        (headerLines, headerBytes, headersEnded, keepAlive) = (0, 0, false, nil)
        if !codings.isEmpty { codings.removeAll(keepingCapacity: true) }
        if coded.count > 0 {
            coded.truncate(to: 0)
            coded.shrink(to: 64 * 1024)
        }
    }

    /// Adds a piece of the body. Returns why the transfer must stop, or nil.
    func receive(body bytes: Bytes, of exchange: Exchange, at now: Instant) -> TransferFailure? {
        exchange.gotBytes = true
        exchange.lastByteAt = now
        let (body, headroom) = codings.isEmpty ? (exchange.body, exchange.headroom) : (coded, 0)
        guard body.count - headroom + bytes.count <= Self.bodyLimit else { return .tooLarge }
        guard body.tryReserve(bytes.count) else { return .noMemory }
        body.append(bytes)
        return nil
    }

    /// Reads a line of the head or of the trailers. Returns why the transfer must stop, or nil.
    func receive(header line: Bytes, of exchange: Exchange, at now: Instant) -> TransferFailure? {
        exchange.gotBytes = true
        headerLines += 1
        headerBytes += line.count
        guard headerLines <= Self.headerLineLimit, headerBytes <= Self.headerByteLimit else { return .headersTooLarge }
        // A status line begins a header section: the first one, or the one after an interim answer. Anywhere else the
        // line is a field or a trailer.
        if line.starts(with: "HTTP/"), headerLines == 1 || headersEnded && 100..<200 ~= exchange.status {
            // Set at once, so a 200 counts even if its answer never ends.
            exchange.status = Self.status(in: line)
            exchange.forgetFields()
            codings.removeAll(keepingCapacity: true)
            headersEnded = false
            // After an interim answer, the server is at work: the final answer may take its time.
            exchange.answerBegan = !(100..<200 ~= exchange.status)
        } else if line.count <= 2 {
            headersEnded = true
        } else if headersEnded {
            // Trailers are ignored.
        } else if let colon = line.firstPosition(of: UInt8(ascii: ":")) {
            note(line.slice(0, colon), line.dropping(colon + 1), exchange)
        }
        if exchange.answerBegan { exchange.lastByteAt = now }
        return nil
    }

    func decode(_ exchange: Exchange) {
        guard !codings.isEmpty else { return }
        do throws(ContentCoding.Failure) {
            for (position, coding) in codings.enumerated().reversed() {
                guard position > 0 else {
                    try coding.decode(coded.bytes, into: exchange.body, limit: exchange.headroom + Self.bodyLimit)
                    return
                }
                let inner = ByteBuffer(capacity: 256)
                try coding.decode(coded.bytes, into: inner, limit: Self.bodyLimit)
                coded.truncate(to: 0)
                coded.append(inner)
            }
        } catch {
            exchange.body.truncate(to: exchange.headroom)
            switch error {
            case .corrupt: exchange.failure = .encoding
            case .tooLarge: exchange.failure = .tooLarge
            case .noMemory: exchange.failure = .noMemory
            }
        }
    }

    private func note(_ name: Bytes, _ value: Bytes, _ exchange: Exchange) {
        if let field = Self.field(name) {
            exchange.note(field, value.trimmed)
        } else if name.equalsIgnoringCase("Content-Encoding") {
            codings += ContentCoding.codings(in: value)
        } else if name.equalsIgnoringCase("Keep-Alive") {
            keepAlive = Self.keepAlive(in: value)
        }
    }

    /// The seconds of `timeout=N`, or nil.
    private static func keepAlive(in value: Bytes) -> Double? {
        let parts = value.text.lowercased().split { $0 == "," || $0 == ";" }
        let words = parts.map { $0.filter { !$0.isWhitespace } }
        return words.first { $0.hasPrefix("timeout=") }.flatMap { UInt32($0.dropFirst(8)) }.map(Double.init)
    }

    /// The three digits after the first space, as in `HTTP/1.1 200 OK`; 0 without them.
    private static func status(in line: Bytes) -> Int {
        guard let space = line.firstPosition(of: UInt8(ascii: " ")), line.count >= space + 4 else { return 0 }
        var number = 0
        for at in space + 1...space + 3 {
            guard line[at].isDigit else { return 0 }
            number = number * 10 + Int(line[at] - 0x30)
        }
        return number
    }

    private static func field(_ name: Bytes) -> Exchange.Field? {
        switch name.count {
        case 4:
            if name.equalsIgnoringCase("ETag") { return .etag }
            return name.equalsIgnoringCase("Date") ? .date : nil
        case 8: return name.equalsIgnoringCase("Location") ? .location : nil
        case 11: return name.equalsIgnoringCase("Retry-After") ? .retryAfter : nil
        case 12:
            if name.equalsIgnoringCase("Content-Type") { return .contentType }
            return name.equalsIgnoringCase("X-Request-Id") ? .requestID : nil
        case 13: return name.equalsIgnoringCase("X-Api-Version") ? .apiVersion : nil
        case 17: return name.equalsIgnoringCase("X-Amzn-Waf-Action") ? .wafAction : nil
        default: return nil
        }
    }
}
