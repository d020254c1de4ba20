import Bytes

/// Appends JSON to a buffer, members in the order of the calls.
///
/// For this program's own text. Text of the API or the host is copied as bytes with `raw`. Strings that go through
/// `string` become printable: besides what RFC 8259 §7 demands, everything that `ShownText` does not show is escaped,
/// so that no text can disturb a terminal, a line reader or a person.
public struct JSONWriter {
    /// The buffer that receives the text.
    public let out: ByteBuffer
    private var needsComma = false

    /// A writer that appends to `out`.
    public init(_ out: ByteBuffer) { self.out = out }

    /// Opens an object.
    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// Closes an object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    /// Opens an array.
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// Closes an array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes a member's name; its value comes next.
    public mutating func name(_ name: String) {
        string(name)
        out.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes `text` as a string.
    public mutating func string(_ text: String) {
        separate()
        Self.appendString(text, to: out)
    }

    /// Writes a whole number.
    public mutating func integer(_ number: Int) {
        separate()
        out.append(decimal: number)
    }

    /// Writes a point in time as a string in RFC 3339's form, in UTC, to the millisecond.
    public mutating func moment(millisecondsSince1970 milliseconds: Int) {
        separate()
        out.append(UInt8(ascii: "\""))
        CivilDate.append(millisecondsSince1970: milliseconds, to: out)
        out.append(UInt8(ascii: "\""))
    }

    /// Writes a boolean.
    public mutating func bool(_ value: Bool) {
        separate()
        out.append(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        out.append("null")
    }

    /// Writes bytes that are one JSON value already.
    public mutating func raw(_ value: Bytes) {
        separate()
        out.append(value)
    }

    /// Writes a buffer that is one JSON value already.
    public mutating func raw(_ value: ByteBuffer) {
        separate()
        out.append(value)
    }

    /// Writes a member with a string value.
    public mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Writes a member with a whole number.
    public mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        integer(number)
    }

    /// Writes a member with a boolean.
    public mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    /// Writes a member with a list of strings.
    public mutating func member(_ name: String, _ texts: [String]) {
        self.name(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    /// Appends `text` as a JSON string, quotes included, with everything unprintable escaped.
    public static func appendString(_ text: String, to out: ByteBuffer) {
        // Most texts, above all ids, are plain and need no escapes.
        let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else { return false }
            out.append(UInt8(ascii: "\""))
            out.append(Bytes(bytes))
            out.append(UInt8(ascii: "\""))
            return true
        }
        if isPlain == true { return }
        out.append(UInt8(ascii: "\""))
        var shown = ShownText()
        for scalar in text.unicodeScalars {
            let fate = shown.fate(of: scalar)
            switch scalar {
            case "\"": out.append("\\\"")
            case "\\": out.append("\\\\")
            case "\n": out.append("\\n")
            case "\r": out.append("\\r")
            case "\t": out.append("\\t")
            case _ where fate != .shown: appendEscape(of: scalar, to: out)
            case _ where scalar.isASCII: out.append(UInt8(scalar.value))
            default: for byte in scalar.utf8 { out.append(byte) }
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Appends bytes that should be UTF-8 as a JSON string. Invalid UTF-8 becomes U+FFFD.
    public static func appendString(_ bytes: Bytes, to out: ByteBuffer) {
        for byte in bytes where byte < 0x20 || byte >= 0x7F { return appendString(bytes.text, to: out) }
        out.append(UInt8(ascii: "\""))
        var start = 0
        for at in 0..<bytes.count where bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "\\") {
            out.append(bytes.slice(start, at))
            out.append(UInt8(ascii: "\\"))
            start = at
        }
        out.append(bytes.dropping(start))
        out.append(UInt8(ascii: "\""))
    }

    /// Appends the escape of a character: `\uXXXX`, or two of them from U+10000 on.
    public static func appendEscape(of scalar: Unicode.Scalar, to out: ByteBuffer) {
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] { appendEscape(UInt32(unit), to: out) }
    }

    /// Appends the escape `\uXXXX` of a character below U+10000.
    public static func appendEscape(_ value: UInt32, to out: ByteBuffer) {
        out.append("\\u")
        for shift in [12, 8, 4, 0] as [UInt32] {
            out.append(UInt8.lowerHexDigit(UInt8(truncatingIfNeeded: (value >> shift) & 15)))
        }
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        out.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        out.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { out.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
