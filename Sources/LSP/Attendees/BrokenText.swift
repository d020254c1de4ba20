extension String {
    /// A question's text for editors, which may read it as Markdown and may fold its lines: no emphasis, code, HTML or
    /// link comes of a name, and each line ends with a mark. Escapes would be seen, so what has a meaning is broken.
    var broken: String {
        let lines = split(separator: "\n").map { line -> String in
            var out = ""
            var before: Unicode.Scalar = " "
            let scalars = Array(line.unicodeScalars)
            for (at, scalar) in scalars.enumerated() {
                let next = at + 1 < scalars.count ? scalars[at + 1] : " "
                if Self.needsBlank(scalar, before, next), out.last != " " { out += " " }
                out.unicodeScalars.append(scalar == "`" ? "'" : scalar)
                if Self.needsBlank(after: scalar, before, next) { out += " " }
                before = scalar
            }
            return out
        }
        return lines.enumerated().map { at, line in
            let isEnded = line.unicodeScalars.last.map { ".?!:;".unicodeScalars.contains($0) } ?? true
            return isEnded || lines.count == 1 ? line : line + (at + 1 < lines.count ? ";" : ".")
        }.joined(separator: "\n")
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// A link is `](`, a definition `]:`, an address of the web `://` or `www.`; a hit of `~~` is struck out.
    private static func needsBlank(_ scalar: Unicode.Scalar, _ before: Unicode.Scalar, _ next: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", "[": before == "]" || before == "!"
        case ":": before == "]"
        case "/": before == ":"
        case "~": before == "~"
        case "*": before != " "
        case "_": !(isWord(before) && isWord(next)) && before != " "
        case ".": before == "w" || before == "W"
        default: false
        }
    }

    private static func needsBlank(
        after scalar: Unicode.Scalar, _ before: Unicode.Scalar, _ next: Unicode.Scalar
    ) -> Bool {
        switch scalar {
        case "*", "<", "&": next != " "
        case "_": !(isWord(before) && isWord(next)) && next != " "
        default: false
        }
    }
}
