import Bytes

extension JSONSlice {
    /// Appends this value to `out` over several lines, with two spaces a level. Numbers, escapes and order stay as
    /// spelled, but characters that could disturb a terminal are escaped. `isColoured`: gives names, strings and other
    /// values different colours, by ANSI sequences (ECMA-48, SGR).
    public func appendPretty(to out: ByteBuffer, indent: Int = 0, isColoured: Bool = false) {
        append(to: out, level: indent, isColoured: isColoured)
    }

    /// Appends this value to `out` on one line, without white space between tokens. All else is as in `appendPretty`:
    /// half a surrogate pair stays half of one, too.
    public func appendCompact(to out: ByteBuffer) { append(to: out, level: nil, isColoured: false) }

    /// `level` is nil for one line.
    private func append(to out: ByteBuffer, level: Int?, isColoured: Bool) {
        let inner = level.map { $0 + 1 }
        func line(_ level: Int?) {
            guard let level else { return }
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
        func separate() {
            if !isFirst { out.append(",") }
            isFirst = false
            line(inner)
        }
        switch kind {
        case .object:
            out.append("{")
            for member in members {
                separate()
                painted("\u{1B}[34;1m") { member.name.appendPrintable(to: out) }
                out.append(level == nil ? ":" : ": ")
                member.value.append(to: out, level: inner, isColoured: isColoured)
            }
            if !isFirst { line(level) }
            out.append("}")
        case .array:
            out.append("[")
            for element in elements {
                separate()
                element.append(to: out, level: inner, isColoured: isColoured)
            }
            if !isFirst { line(level) }
            out.append("]")
        case .string: painted("\u{1B}[32m") { appendPrintable(to: out) }
        default: painted("\u{1B}[33m") { out.append(bytes) }
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
