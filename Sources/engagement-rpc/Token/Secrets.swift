import Bytes

/// All tokens so far, which must stay secret.
struct Secrets {
    private var secrets: [[UInt8]] = []

    mutating func remember(_ token: String) { secrets.append(Array(token.utf8)) }

    /// Overwrites the secrets with stars in `bytes`, in any JSON spelling (`\/`, `\u0026`), even inside another text. A
    /// secret of less than 8 bytes is skipped: it is as likely any other word.
    func conceal(in bytes: UnsafeMutableRawBufferPointer) {
        let mayBeEscaped = Bytes(bytes).firstPosition(of: UInt8(ascii: "\\")) != nil
        for secret in secrets where secret.count >= 8 {
            // Without escapes, only the plain spelling can occur, which a fast search finds.
            let isThere = mayBeEscaped || secret.withUnsafeBytes { Bytes(bytes).holds($0) }
            guard isThere else { continue }
            var start = 0
            while start < bytes.count {
                let isEscape = bytes[start] == UInt8(ascii: "\\")
                guard isEscape || bytes[start] == secret[0] else {
                    start += 1
                    continue
                }
                let end = Self.end(of: secret, in: Bytes(bytes), from: start)
                guard let end else {
                    start += 1
                    while isEscape, start < bytes.count, bytes[start] == UInt8(ascii: "\\") { start += 1 }
                    continue
                }
                // An escape is overwritten whole, or its rest would be invalid.
                while start > 0, bytes[start - 1] == UInt8(ascii: "\\") { start -= 1 }
                for index in start..<end { bytes[index] = UInt8(ascii: "*") }
                start = end
            }
        }
    }

    /// The position after `secret` in `bytes`, if it is at `start`.
    private static func end(of secret: [UInt8], in bytes: Bytes, from start: Int) -> Int? {
        let backslash = UInt8(ascii: "\\")
        var at = start
        var isBehindBackslash = false
        for wanted in secret {
            let run = at
            while at < bytes.count, bytes[at] == backslash { at += 1 }
            // The token's own backslash: any number of backslashes spell it, alone or with the character after them.
            if wanted == backslash {
                guard at > run || isBehindBackslash else { return nil }
                isBehindBackslash = true
                if let unit = unit(in: bytes, at), unit == wanted { at += 5 }
                continue
            }
            guard at < bytes.count else { return nil }
            let isEscaped = at > run || isBehindBackslash
            isBehindBackslash = false
            if isEscaped, let unit = unit(in: bytes, at), unit == wanted {
                at += 5
                continue
            }
            let mayBeEscaped = at == run || wanted == UInt8(ascii: "/") || wanted == UInt8(ascii: "\"")
            guard mayBeEscaped, bytes[at] == wanted else { return nil }
            at += 1
        }
        return at
    }

    /// The character below U+0100 that `uXXXX` at `place` spells.
    private static func unit(in bytes: Bytes, _ place: Int) -> UInt8? {
        guard place + 5 <= bytes.count, bytes[place] == UInt8(ascii: "u") else { return nil }
        return bytes.slice(place + 1, place + 5).hexNumber.flatMap { UInt8(exactly: $0) }
    }
}
