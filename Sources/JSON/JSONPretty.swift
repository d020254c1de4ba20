import Bytes

extension JSONSlice {
    /// Appends this value to `out` over several lines, two spaces a level; numbers, escapes and order stay as spelled.
    public func appendPretty(to out: ByteBuffer, indent: Int = 0) {
        func line(_ level: Int) {
            out.append(UInt8(ascii: "\n"))
            for _ in 0..<level { out.append("  ") }
        }
        var isFirst = true
        switch kind {
        case .object:
            out.append("{")
            for member in members {
                if !isFirst { out.append(",") }
                isFirst = false
                line(indent + 1)
                out.append(member.name.bytes)
                out.append(": ")
                member.value.appendPretty(to: out, indent: indent + 1)
            }
            if !isFirst { line(indent) }
            out.append("}")
        case .array:
            out.append("[")
            for element in elements {
                if !isFirst { out.append(",") }
                isFirst = false
                line(indent + 1)
                element.appendPretty(to: out, indent: indent + 1)
            }
            if !isFirst { line(indent) }
            out.append("]")
        default: out.append(bytes)
        }
    }
}
