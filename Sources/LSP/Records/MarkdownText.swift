import Bytes
import JSON

extension String {
    /// The text, on one line, without meaning for Markdown: no emphasis, link, image, code, HTML, heading or list comes
    /// of it. Ids, times and addresses stay as they are. Invisible and reordering characters are shown as escapes.
    package var inMarkdown: String {
        let text = Array(printable.utf8)
        var out: [UInt8] = []
        for (at, byte) in text.enumerated() {
            if Self.hasMeaning(byte, at, text) { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hasMeaning(_ byte: UInt8, _ at: Int, _ text: [UInt8]) -> Bool {
        let next = at + 1 < text.count ? text[at + 1] : 0
        let before = at > 0 ? text[at - 1] : 0
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "<"), UInt8(ascii: "~"), UInt8(ascii: "&"), UInt8(ascii: "|"):
            return true
        // Within a word it is a letter like others.
        case UInt8(ascii: "_"): return !(before.isAlphanumeric && next.isAlphanumeric)
        // Addresses of the web become links by themselves.
        case UInt8(ascii: ":"): return next == UInt8(ascii: "/")
        case UInt8(ascii: "."):
            let isHost = at >= 3 && text[at - 3..<at].allSatisfy { $0 | 0x20 == UInt8(ascii: "w") }
            return isHost || isList(at, text)
        case UInt8(ascii: ")"): return isList(at, text)
        case UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: ">"):
            return text[..<at].allSatisfy { $0 == 0x20 }
        default: return false
        }
    }

    /// Whether only digits are before the byte at `at`.
    private static func isList(_ at: Int, _ text: [UInt8]) -> Bool {
        at > 0 && text[..<at].allSatisfy { $0.isDigit || $0 == 0x20 }
    }
}
