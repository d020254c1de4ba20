import Bytes

/// Decides how text from outside is shown: on a terminal, in a log, in a question to a person, in an error's sentence.
///
/// Receives a text character by character. Characters that move a cursor, reorder text, split a line or are invisible
/// become escapes. A character keeps only as many marks above and below it as languages use.
public struct ShownText {
    /// How to show a character.
    public enum Fate {
        /// Unchanged.
        case shown
        /// As an escape.
        case escaped
        /// Not at all: it is one mark too many on the character before.
        case cut
    }

    /// Marks that one character keeps: more than Hebrew, Thai, Vietnamese or Tibetan use.
    package static let markLimit = 6

    private var previous = Unicode.Scalar(UInt8(ascii: " "))
    private var marks = 0

    /// Begins a text.
    public init() {}

    /// How to show the next character.
    public mutating func fate(of scalar: Unicode.Scalar) -> Fate {
        defer { previous = scalar }
        if scalar.isPileable {
            marks += 1
            return marks > Self.markLimit ? .cut : .shown
        }
        if scalar.isDisturbing { return scalar.selectsVariant(of: previous) ? .shown : .escaped }
        marks = 0
        return .shown
    }
}

extension Unicode.Scalar {
    /// Controls (C0, DEL, C1), bidirectional and zero-width marks, line and paragraph separators, tags, fillers and
    /// other characters without a shape: they can move a terminal's cursor, reorder text, split a line, or hide in it.
    public var isDisturbing: Bool {
        switch value {
        case 0x20..<0x7F: false
        case 0..<0x20, 0x7F...0x9F, 0xAD, 0x034F, 0x061C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
            0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0,
            0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// Whether it is drawn over or around the previous character and takes no room of its own.
    fileprivate var isPileable: Bool {
        switch value {
        // None are below U+0300, nor among the ideographs and Hangul syllables.
        case 0..<0x300, 0x3400...0x9FFF, 0xAC00...0xD7A3: return false
        default: break
        }
        let category = properties.generalCategory
        return (category == .nonspacingMark || category == .enclosingMark) && !isDisturbing
    }

    /// Whether this variation selector is in real use after `base`: for the look of a sign, an ideograph or a Mongolian
    /// letter. Others carry hidden data.
    fileprivate func selectsVariant(of base: Unicode.Scalar) -> Bool {
        switch value {
        case 0xFE0E, 0xFE0F: base.properties.isEmoji
        case 0xFE00...0xFE02: base.properties.isIdeographic || base.properties.generalCategory == .mathSymbol
        case 0xE0100...0xE01EF: base.properties.isIdeographic
        case 0x180B...0x180D: 0x1820...0x18AA ~= base.value
        default: false
        }
    }
}

extension String {
    /// The text as it is shown: line breaks, controls, direction marks and invisible characters become escapes such as
    /// `\u{202e}`, so that text from outside stays on its line and reads as what it is. A shown text stays unchanged
    /// when shown again.
    public var printable: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
        var shown = ShownText()
        var out = ""
        var isCutting = false
        for scalar in unicodeScalars {
            let fate = shown.fate(of: scalar)
            switch fate {
            case .shown: out.unicodeScalars.append(scalar)
            case .escaped: out += "\\u{" + String(scalar.value, radix: 16) + "}"
            case .cut: if !isCutting { out += "…" }
            }
            isCutting = fate == .cut
        }
        return out
    }

    /// Whether it is shown unchanged.
    public var isPrintable: Bool {
        var shown = ShownText()
        return unicodeScalars.allSatisfy { shown.fate(of: $0) == .shown }
    }

    /// A text of several lines as it is shown: each line as `printable`.
    public var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}
