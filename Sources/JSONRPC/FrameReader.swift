import Bytes

/// Cuts a byte stream into messages. Pure: the same frames, however the stream is split.
public struct FrameReader {
    /// One step of reading.
    public enum Frame {
        /// One message's bytes, borrowed until the next call.
        case message(Bytes)
        /// A message over the limit; the rest of it is skipped without being stored.
        case tooLarge
        /// Headers that can't be followed. The start of the next message is unknown, so everything that follows is
        /// dropped.
        case badHeader(String)
        /// No whole message has come yet.
        case none
    }

    /// Bytes in one message, at most.
    public static let messageLimit = 16 * 1024 * 1024
    private static let headerLimit = 8 * 1024
    /// A message up to this length is skipped. A larger length is no message's, and would swallow the stream.
    private static let largestLength = 1 << 40

    /// The framing of the stream; `auto` until it is decided.
    public private(set) var framing: Framing
    private let input = ByteBuffer(capacity: 64 * 1024)
    private var start = 0
    private var searched = 0
    private var skipping = Skip.nothing
    /// Whether a message was given up because there is no memory for its rest.
    private var hasGivenUp = false
    private var isAtEnd = false
    private var isBroken = false
    /// Whether the place for a byte-order mark is passed.
    private var isPastMark = false

    private enum Skip: Equatable {
        case nothing
        case line
        case bytes(Int)
    }

    /// A reader at the start of a stream.
    public init(framing: Framing) { self.framing = framing }

    /// Bytes that no frame has covered yet.
    var pendingCount: Int { input.count - start }

    /// Room to read into: 64 KiB, or less if memory is short. Invalidates earlier frames.
    public mutating func room() -> UnsafeMutableRawBufferPointer {
        if start > 0 {
            input.removeFirst(start)
            searched -= start
            start = 0
        }
        if input.count == 0 { input.shrink(to: 256 * 1024) }
        if !input.tryReserve(64 * 1024), input.capacity == input.count { giveUp() }
        return input.spare(atLeast: 0)
    }

    /// Gives up a message whose rest finds no memory; it is skipped like one that is too large.
    private mutating func giveUp() {
        hasGivenUp = true
        skipping = .line
        if framing == .headers, let length = headerEnd(),
            case .success(let size) = Self.contentLength(in: input.bytes.slice(0, length))
        {
            skipping = .bytes(length + size - input.count)
        }
        input.truncate(to: 0)
        searched = 0
    }

    /// Adds the bytes that were read into the room.
    public mutating func received(_ length: Int) { input.commit(length) }

    /// Ends the stream: a last line without a newline counts as whole.
    public mutating func end() { isAtEnd = true }

    /// The next frame.
    public mutating func next() -> Frame {
        if isBroken { return dropRest() }
        if hasGivenUp {
            hasGivenUp = false
            return .tooLarge
        }
        if skipping != .nothing, !skip() { return .none }
        if !isPastMark, !passMark() { return .none }
        if framing == .auto {
            // Leading blanks mean nothing in either framing, so they are dropped and not examined twice.
            start += input.bytes.dropping(start).leadingSpaceCount
            searched = start
            guard start < input.count, let decided = decision() else { return .none }
            framing = decided
        }
        return framing == .headers ? nextWithHeaders() : nextLine()
    }

    /// Skips a byte-order mark at the start of the stream; false while it is undecided whether there is one.
    private mutating func passMark() -> Bool {
        let mark = Bytes("\u{FEFF}")
        let head = input.bytes.slice(0, min(mark.count, input.count))
        if head.count < mark.count, !isAtEnd, head.equals(mark.slice(0, head.count)) { return false }
        isPastMark = true
        if head.equals(mark) { (start, searched) = (mark.count, mark.count) }
        return true
    }

    /// The framing, if the first bytes decide it; otherwise nil. No JSON text begins with a name and a colon.
    private func decision() -> Framing? {
        let bytes = input.bytes.dropping(start)
        // Nothing else begins like this, so what is wrong behind it is told as a wrong head.
        let known = Bytes("content-")
        let length = min(bytes.count, known.count)
        if bytes.slice(0, length).equalsIgnoringCase(bytes: known.slice(0, length)) {
            return length == known.count || isAtEnd ? .headers : nil
        }
        guard bytes[0].isAlphanumeric, !bytes[0].isDigit else { return .lines }
        var at = 0
        var hasLength = false
        while true {
            let rest = bytes.dropping(at)
            let end = rest.firstPosition(of: UInt8(ascii: "\n"))
            let line = (end.map { rest.slice(0, $0) } ?? rest).trimmed
            if end != nil, line.isEmpty { return hasLength ? .headers : .lines }
            let colon = line.firstPosition(of: UInt8(ascii: ":"))
            guard line.slice(0, colon ?? line.count).allSatisfy(Self.isNameByte), colon != 0 else { return .lines }
            guard let end else { return isAtEnd || bytes.count > Self.headerLimit ? .lines : nil }
            guard let colon else { return .lines }
            if line.slice(0, colon).equalsIgnoringCase("Content-Length") { hasLength = true }
            at += end + 1
            if at > Self.headerLimit { return .lines }
        }
    }

    /// Whether a header's name may hold `byte` (`token` of RFC 9110 §5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || Bytes("!#$%&'*+-.^_`|~").contains(byte)
    }

    private mutating func nextLine() -> Frame {
        while true {
            let bytes = input.bytes
            guard let found = bytes.dropping(searched).firstPosition(of: UInt8(ascii: "\n")) else { break }
            let line = bytes.slice(start, searched + found)
            searched += found + 1
            start = searched
            if line.count > Self.messageLimit + 1 { return .tooLarge }
            if let message = Self.message(in: line) {
                return message.count > Self.messageLimit ? .tooLarge : .message(message)
            }
        }
        searched = input.count
        if pendingCount > Self.messageLimit + 1 {
            start = input.count
            if !isAtEnd { skipping = .line }
            return .tooLarge
        }
        guard isAtEnd, let last = Self.message(in: input.bytes.dropping(start)) else { return .none }
        start = input.count
        return last.count > Self.messageLimit ? .tooLarge : .message(last)
    }

    /// The line without the CR of a CRLF; nil for a blank line.
    private static func message(in line: Bytes) -> Bytes? {
        let text = line.last == UInt8(ascii: "\r") ? line.slice(0, line.count - 1) : line
        return text.contains { $0 != 0x20 && $0 != 0x09 } ? text : nil
    }

    private mutating func nextWithHeaders() -> Frame {
        start += input.bytes.dropping(start).leadingSpaceCount
        searched = max(searched, start)
        guard let length = headerEnd() else {
            if pendingCount > Self.headerLimit {
                return breakOff("the header section has no end within \(Self.headerLimit) bytes")
            }
            return isAtEnd && pendingCount > 0 ? breakOff("the stream ended inside the headers") : .none
        }
        switch Self.contentLength(in: input.bytes.slice(start, start + length)) {
        case .failure(let reason): return breakOff(reason.text)
        case .success(let size) where size > Self.messageLimit:
            start += length
            searched = start
            skipping = .bytes(size)
            return .tooLarge
        case .success(let size):
            let end = start + length + size
            guard input.count >= end else { return isAtEnd ? breakOff("the stream ended inside a message") : .none }
            let message = input.bytes.slice(start + length, end)
            start = end
            searched = end
            return .message(message)
        }
    }

    private mutating func breakOff(_ reason: String) -> Frame {
        isBroken = true
        _ = dropRest()
        return .badHeader(reason)
    }

    private mutating func dropRest() -> Frame {
        start = input.count
        searched = start
        return .none
    }

    /// The length of the header section at `start`, including its empty line.
    private func headerEnd() -> Int? {
        let bytes = input.bytes.dropping(start)
        var at = 0
        while let found = bytes.dropping(at).firstPosition(of: UInt8(ascii: "\n")) {
            let line = bytes.slice(at, at + found)
            at += found + 1
            if at > Self.headerLimit { return nil }
            if line.isEmpty || (line.count == 1 && line[0] == UInt8(ascii: "\r")) { return at }
        }
        return nil
    }

    private struct HeaderProblem: Error { let text: String }

    private static func contentLength(in section: Bytes) -> Result<Int, HeaderProblem> {
        var length: Int?
        for line in section.split(separator: UInt8(ascii: "\n")).map({ Bytes(rebasing: $0).trimmed })
        where !line.isEmpty {
            guard let colon = line.firstPosition(of: UInt8(ascii: ":")) else {
                return .failure(HeaderProblem(text: "a header line has no colon"))
            }
            guard line.slice(0, colon).equalsIgnoringCase("Content-Length") else { continue }
            let digits = line.dropping(colon + 1).trimmed
            guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
                return .failure(HeaderProblem(text: "Content-Length is not a number of bytes"))
            }
            guard let value = Int(digits.text), value <= largestLength else {
                return .failure(HeaderProblem(text: "Content-Length is larger than any message"))
            }
            if let length, length != value {
                return .failure(HeaderProblem(text: "two Content-Length headers disagree"))
            }
            length = value
        }
        guard let length else { return .failure(HeaderProblem(text: "Content-Length is missing")) }
        return .success(length)
    }

    /// Drops what is being skipped; true once all of it is dropped.
    private mutating func skip() -> Bool {
        switch skipping {
        case .nothing: return true
        case .line:
            let found = input.bytes.dropping(start).firstPosition(of: UInt8(ascii: "\n"))
            start = found.map { start + $0 + 1 } ?? input.count
            if found != nil { skipping = .nothing }
        case .bytes(let rest):
            let dropped = min(rest, pendingCount)
            start += dropped
            skipping = dropped == rest ? .nothing : .bytes(rest - dropped)
        }
        searched = start
        return skipping == .nothing
    }
}
