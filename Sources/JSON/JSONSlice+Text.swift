import Bytes

extension JSONSlice {
    /// Appends the UTF-8 of a string, decoded; nothing for other values. Half a surrogate pair becomes U+FFFD, which is
    /// one UTF-16 code unit as well.
    package func appendText(to out: ByteBuffer) {
        guard kind == .string else { return }
        var rest = bytes.slice(1, bytes.count - 1)
        while let escape = rest.firstPosition(of: UInt8(ascii: "\\")) {
            out.append(rest.slice(0, escape))
            rest = rest.dropping(escape)
            guard let (unit, length) = Self.firstUnit(of: rest) else { break }
            rest = rest.dropping(length)
            if unit < 0x80 {
                out.append(UInt8(unit))
                continue
            }
            var value = UInt32(unit)
            if UTF16.isLeadSurrogate(unit), let (second, more) = Self.firstUnit(of: rest), more > 1,
                UTF16.isTrailSurrogate(second)
            {
                value = 0x10000 + (value & 0x3FF) << 10 + UInt32(second) & 0x3FF
                rest = rest.dropping(more)
            }
            for byte in (Unicode.Scalar(value) ?? "\u{FFFD}").utf8 { out.append(byte) }
        }
        out.append(rest)
    }
}
