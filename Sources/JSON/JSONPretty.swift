import Bytes

extension JSONSlice {
    /// Appends this value to `out` over several lines, with two spaces a level. Numbers, escapes and order stay as
    /// spelled, but characters that could disturb a terminal are escaped. `isColoured`: gives names, strings and other
    /// values different colours, by ANSI sequences (ECMA-48, SGR).
    public func appendPretty(to out: ByteBuffer, indent: Int = 0, isColoured: Bool = false) {
        func line(_ level: Int) {
            out.append(UInt8(ascii: "\n"))
            for _ in 0..<level { out.append("  ") }
        }
        func painted(_ colour: StaticString, _ append: () -> Void) {
            guard isColoured else { return append() }
            out.append(colour)
            append()
            out.append("\u{1B}[0m")
        }
        var isFirst = true
        switch kind {
        case .object:
            out.append("{")
            for member in members {
                if !isFirst { out.append(",") }
                isFirst = false
                line(indent + 1)
                painted("\u{1B}[34;1m") { member.name.appendPrintable(to: out) }
                out.append(": ")
                member.value.appendPretty(to: out, indent: indent + 1, isColoured: isColoured)
            }
            if !isFirst { line(indent) }
            out.append("}")
        case .array:
            out.append("[")
            for element in elements {
                if !isFirst { out.append(",") }
                isFirst = false
                line(indent + 1)
                element.appendPretty(to: out, indent: indent + 1, isColoured: isColoured)
            }
            if !isFirst { line(indent) }
            out.append("]")
        case .string: painted("\u{1B}[32m") { appendPrintable(to: out) }
        default: painted("\u{1B}[33m") { out.append(bytes) }
        }
    }

    /// Appends this value to `out` on one line, without white space between tokens. All else is as in `appendPretty`:
    /// half a surrogate pair stays half of one, too.
    public func appendCompact(to out: ByteBuffer) {
        var isFirst = true
        func separate() {
            if !isFirst { out.append(",") }
            isFirst = false
        }
        switch kind {
        case .object:
            out.append("{")
            for member in members {
                separate()
                member.name.appendPrintable(to: out)
                out.append(":")
                member.value.appendCompact(to: out)
            }
            out.append("}")
        case .array:
            out.append("[")
            for element in elements {
                separate()
                element.appendCompact(to: out)
            }
            out.append("]")
        case .string: appendPrintable(to: out)
        default: out.append(bytes)
        }
    }

    /// Appends a string as spelled, but escapes what could disturb a terminal.
    private func appendPrintable(to out: ByteBuffer) {
        guard bytes.contains(where: { $0 >= 0x7F }) else { return out.append(bytes) }
        var shown = ShownText()
        for scalar in bytes.text.unicodeScalars {
            if shown.fate(of: scalar) == .shown {
                for byte in scalar.utf8 { out.append(byte) }
            } else {
                JSONWriter.appendEscape(of: scalar, to: out)
            }
        }
    }
}
