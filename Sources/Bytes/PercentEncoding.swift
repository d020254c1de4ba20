/// Percent-encoding, RFC 3986 §2.1.
public enum PercentEncoding {
    /// How to treat a percent sign without two hexadecimal digits after it.
    public enum BrokenEscape: Sendable {
        /// It stays unchanged.
        case kept
        /// The whole text is refused.
        case refused
    }

    /// `bytes` without percent-encoding; nil when a broken escape is refused.
    ///
    /// - Parameter plusIsSpace: whether `+` means a blank, as in a form.
    public static func decode(
        _ bytes: some Sequence<UInt8>, brokenEscape: BrokenEscape, plusIsSpace: Bool = false
    ) -> [UInt8]? {
        var decoded: [UInt8] = []
        var rest = Array(bytes)[...]
        decoded.reserveCapacity(rest.count)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                if let high = rest.first?.hexValue, let low = rest.dropFirst().first?.hexValue {
                    decoded.append(high << 4 | low)
                    rest = rest.dropFirst(2)
                    continue
                }
                if brokenEscape == .refused { return nil }
            }
            decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
        }
        return decoded
    }
}

extension StringProtocol {
    /// The text with each `%XX` decoded. A broken escape stays unchanged, and invalid UTF-8 becomes U+FFFD.
    public var percentDecoded: String {
        String(decoding: PercentEncoding.decode(utf8, brokenEscape: .kept) ?? [], as: UTF8.self)
    }

    /// The text with each `%XX` decoded; nil for a broken escape, or if the result is not UTF-8.
    public var strictlyPercentDecoded: String? {
        PercentEncoding.decode(utf8, brokenEscape: .refused).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

extension ByteBuffer {
    /// Appends `text`, and percent-encodes everything but RFC 3986's unreserved characters.
    public func appendPercentEncoded(_ text: String) {
        for byte in text.utf8 {
            if byte.isAlphanumeric || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                append(UInt8.upperHexDigit(byte >> 4))
                append(UInt8.upperHexDigit(byte & 15))
            }
        }
    }
}
