import Bytes

/// Words of letters and digits, in every script.
extension UnsafeRawBufferPointer {
    /// The bytes of the character that ends before `end`, which is above 0.
    func character(before end: Int) -> Bytes {
        var first = end - 1
        while first > 0, end - first < 4, self[first] & 0xC0 == 0x80 { first -= 1 }
        return slice(first, end)
    }

    /// The bytes of the character at `start`, which is below the end.
    func character(at start: Int) -> Bytes {
        var last = start + 1
        while last < count, last - start < 4, self[last] & 0xC0 == 0x80 { last += 1 }
        return slice(start, last)
    }

    /// Whether this character is a letter, a digit, or a mark on one.
    var isLetterOrDigit: Bool {
        if let byte = first, byte < 0x80 { return byte.isAlphanumeric }
        guard let scalar = text.unicodeScalars.first else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default: return false
        }
    }

    /// Whether this character would be part of an id's word.
    var isOfWord: Bool { isLetterOrDigit || first == UInt8(ascii: "_") || first == UInt8(ascii: "-") }
}
