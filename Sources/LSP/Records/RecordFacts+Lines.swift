import JSON

extension RecordFacts {
    /// The contact as a line of an attendees document: `cnt_… Name <address>`. Nothing in a name makes another line, a
    /// comment, an id or an address of it.
    package var personLine: String {
        var out = id.text
        let name = self.name.inLine
        if !name.isEmpty { out += " " + name }
        if let address = addresses.first, address.isPlainAddress { out += " <\(address)>" }
        return out
    }
}

extension String {
    /// A name within a line of a document: printable, without `<`, `>`, `#`, `@` and commas, underscores as blanks.
    package var inLine: String {
        let text = printable.unicodeScalars.map { scalar -> Character in
            switch scalar {
            // Marks of lists too, in several scripts.
            case "<", ">", "#", "@", ",", ";", "|", "_", "\"", "\u{060C}", "\u{061B}", "\u{3001}", "\u{FF0C}",
                "\u{FF1B}":
                " "
            default: Character(scalar)
            }
        }
        return String(text).split(separator: " ").joined(separator: " ")
    }

    /// Whether it is an address that can stand between `<` and `>` as it is.
    package var isPlainAddress: Bool {
        utf8.contains(UInt8(ascii: "@")) && isPrintable && utf8.first != UInt8(ascii: "#")
            && !utf8.contains { $0 <= 0x20 || Self.separators.contains($0) }
    }

    private static var separators: [UInt8] {
        [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\"")]
    }
}
