import Bytes
import JSON

/// JSON for MCP: without white space between tokens. Characters are escaped that could move a terminal's cursor, change
/// the direction of text, or end a line for some readers (U+0085, U+2028, U+2029). Half a surrogate pair from the API
/// becomes U+FFFD, because several JSON libraries refuse a text that has one; the client's own text keeps it.
public enum CompactJSON {
    /// Appends `json`, checked JSON, to `out`. `isClients`: whether the client sent it, such as an id.
    public static func append(_ json: Bytes, to out: ByteBuffer, isClients: Bool = false) {
        out.reserve(json.count)
        var start = 0
        var at = 0
        var isInString = false
        let count = json.count
        let hasDelete = json.firstPosition(of: 0x7F) != nil
        while at < count {
            if isInString, !hasDelete {
                at += json.plainCount(from: at)
                if at == count { break }
            }
            let byte = json[at]
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    guard !isClients, let unit = JSONSlice.escapedUnit(in: json.dropping(at)), 0xD800...0xDFFF ~= unit
                    else {
                        at += 2
                        continue
                    }
                    if unit < 0xDC00, let second = JSONSlice.escapedUnit(in: json.dropping(at + 6)),
                        0xDC00...0xDFFF ~= second
                    {
                        at += 12
                        continue
                    }
                    out.append(json.slice(start, at))
                    JSONWriter.appendEscape(0xFFFD, to: out)
                    at += 6
                    start = at
                    continue
                }
                if byte == UInt8(ascii: "\"") { isInString = false }
                guard byte >= 0x7F, let (scalar, length) = disturbing(json, at) else {
                    at += 1
                    continue
                }
                out.append(json.slice(start, at))
                JSONWriter.appendEscape(scalar, to: out)
                at += length
                start = at
            } else if byte.isSpace {
                out.append(json.slice(start, at))
                at += 1
                start = at
            } else {
                if byte == UInt8(ascii: "\"") { isInString = true }
                at += 1
            }
        }
        out.append(json.slice(start, count))
    }

    /// Appends `buffer`, which `append` has written, as a JSON string.
    static func appendQuoted(_ buffer: ByteBuffer, to out: ByteBuffer) {
        let text = buffer.bytes
        if buffer.isIncomplete { out.markIncomplete() }
        out.reserve(text.count + text.count / 8)
        out.append(UInt8(ascii: "\""))
        var start = 0
        var at = text.plainCount(from: 0)
        while at < text.count {
            if text[at] == UInt8(ascii: "\"") || text[at] == UInt8(ascii: "\\") {
                out.append(text.slice(start, at))
                out.append(UInt8(ascii: "\\"))
                start = at
            }
            at += 1
            at += text.plainCount(from: at)
        }
        out.append(text.dropping(start))
        out.append(UInt8(ascii: "\""))
    }

    /// The character at `at` and its length in UTF-8, if it must be escaped: DEL, C1 controls, line and paragraph
    /// separators, and controls of text direction.
    private static func disturbing(_ json: Bytes, _ at: Int) -> (scalar: UInt32, length: Int)? {
        switch json[at] {
        case 0x7F: return (0x7F, 1)
        case 0xC2:
            guard at + 1 < json.count, json[at + 1] < 0xA0 else { return nil }
            return (UInt32(json[at + 1]), 2)
        case 0xE2:
            guard at + 2 < json.count, json[at + 1] == 0x80 || json[at + 1] == 0x81 else { return nil }
            let scalar = 0x2000 + UInt32(json[at + 1] & 0x3F) << 6 + UInt32(json[at + 2] & 0x3F)
            return (0x2028...0x202E).contains(scalar) || (0x2066...0x2069).contains(scalar) ? (scalar, 3) : nil
        default: return nil
        }
    }
}
