import Bytes
import JSON

/// A person as a cell of a table names them.
package enum PersonReference: Hashable, Sendable {
    /// A contact's id: `cnt_…`.
    case id(String)
    /// An e-mail address, as the cell spells it.
    case address(String)

    /// The text in the cell.
    package var text: String {
        switch self {
        case .id(let text), .address(let text): text
        }
    }

    /// By bytes: Swift's strings compare canonically, and the API does not.
    package static func == (left: PersonReference, right: PersonReference) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Whether `text` is spelled as a contact's id.
    package static func isID(_ text: Bytes) -> Bool {
        guard text.starts(with: "cnt_"), text.count > 4 else { return false }
        for index in 4..<text.count where !text[index].isAlphanumeric { return false }
        return true
    }

    /// Whether `text` is spelled as an e-mail address: one `@`, something on both sides, and in it nothing invisible,
    /// nothing that parts people and nothing that encloses them.
    package static func isAddress(_ text: Bytes) -> Bool {
        guard let at = text.firstPosition(of: UInt8(ascii: "@")), at > 0, at + 1 < text.count else { return false }
        let domain = text.dropping(at + 1)
        guard text.slice(0, at).allSatisfy(canBeBeforeAt), domain.allSatisfy(canBeOfDomain) else { return false }
        let dot = UInt8(ascii: ".")
        if domain.first == dot || domain.last == dot || domain.holds(Bytes("..")) { return false }
        guard text.contains(where: { $0 >= 0x80 }) else { return true }
        return text.text.unicodeScalars.allSatisfy { !$0.isDisturbing && !$0.isCellBlank && $0 != "\u{FFFD}" }
    }

    private static func canBeBeforeAt(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"),
            UInt8(ascii: "["), UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "|"):
            false
        default: true
        }
    }

    private static func canBeOfDomain(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte >= 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_")
    }
}
