import Bytes

/// Swift source with everything but code blanked out, for rules about words and braces.
public struct SwiftText: Sendable {
    /// The lines of the source, with comments and the contents of strings replaced by spaces.
    public let codeLines: [String]

    /// Reads `source`.
    public init(_ source: [UInt8]) {
        var reader = CodeReader(source)
        codeLines = reader.codeOnly().split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// A line that imports a module, and the module.
    public static var imported: Regex<(Substring, Substring)> {
        /^\s*(?:@\w+\s+|public\s+)*import\s+(?:\w+\s+)?([\w-]+)/
    }

    /// A name that stands somewhere, and what it stands behind.
    public struct Name: Hashable, Sendable {
        /// As it is spelled.
        public let text: String
        /// Whether it stands behind a dot, as a member's name does.
        public let isMember: Bool
        /// Whether in front of that dot stands what has the member: a name, or what closes a call, an index or a chain.
        public let hasOwner: Bool
    }

    /// All names, whatever they are names of.
    public var names: Set<Name> {
        var found: Set<Name> = []
        for line in codeLines {
            let bytes = Array(line.utf8)
            var at = 0
            while at < bytes.count {
                let end = bytes[at...].firstIndex { !Self.isOfName($0) } ?? bytes.count
                guard end > at else {
                    at += 1
                    continue
                }
                let isMember = at > 0 && bytes[at - 1] == UInt8(ascii: ".")
                let hasOwner =
                    isMember && at > 1 && (Self.isOfName(bytes[at - 2]) || Self.closing.contains(bytes[at - 2]))
                found.insert(
                    Name(text: String(decoding: bytes[at..<end], as: UTF8.self), isMember: isMember, hasOwner: hasOwner)
                )
                at = end
            }
        }
        return found
    }

    private static let closing = Array(")]?!".utf8)

    private static func isOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte.isAlphanumeric || byte >= 0x80
    }

    /// Functions, initialisers and subscripts with a body: the line of the name, from 1, and the number of lines up to
    /// the closing brace.
    public var functions: [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        // A literal is compiled where it stands, each time.
        let head = /\b(?:func|subscript)\b|(?:^|\s)(?:de)?init[?!]?(?:<[^>]*>)?[( ]/
        let delegation = /\.init/
        for (index, line) in codeLines.enumerated() {
            guard let match = line.firstMatch(of: head) else { continue }
            if match.0.contains("init"), line.contains(delegation) { continue }
            guard let end = endOfBody(from: index) else { continue }
            found.append((index + 1, end - index + 1))
        }
        return found
    }

    /// The line that closes the first brace at or after `start`; nil without a body.
    private func endOfBody(from start: Int) -> Int? {
        var depth = 0
        for index in start..<codeLines.count {
            for byte in codeLines[index].utf8 {
                if byte == UInt8(ascii: "{") { depth += 1 }
                if byte == UInt8(ascii: "}") {
                    depth -= 1
                    if depth <= 0 { return depth == 0 ? index : nil }
                }
            }
        }
        return nil
    }
}

/// Copies Swift source, and blanks out everything but code.
private struct CodeReader {
    private let input: [UInt8]
    private var output: [UInt8] = []
    private var at = 0

    init(_ source: [UInt8]) { input = source }

    /// The code of all of it.
    mutating func codeOnly() -> [UInt8] {
        output.reserveCapacity(input.count)
        code(until: nil)
        return output
    }

    private func starts(with text: StaticString) -> Bool {
        input[at] == text.utf8Start[0] && input.withUnsafeBytes { $0.dropping(at).starts(with: text) }
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where at < input.count {
            output.append(input[at] == 0x0A ? 0x0A : 0x20)
            at += 1
        }
    }

    /// Copies code; with `closing`, up to the parenthesis that closes an interpolation, without it.
    private mutating func code(until closing: UInt8?) {
        var depth = 0
        while at < input.count {
            if starts(with: "//") {
                while at < input.count, input[at] != 0x0A { blank() }
            } else if starts(with: "/*") {
                blockComment()
            } else if input[at] == UInt8(ascii: "\"") || isRawString {
                string()
            } else {
                if input[at] == UInt8(ascii: "(") { depth += 1 }
                if input[at] == UInt8(ascii: ")") {
                    if depth == 0, closing != nil { return }
                    depth -= 1
                }
                output.append(input[at])
                at += 1
            }
        }
    }

    private var isRawString: Bool {
        guard input[at] == UInt8(ascii: "#") else { return false }
        let hashes = input[at...].prefix { $0 == UInt8(ascii: "#") }
        return hashes.endIndex < input.count && input[hashes.endIndex] == UInt8(ascii: "\"")
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && at < input.count
    }

    private mutating func string() {
        let hashes = input[at...].prefix { $0 == UInt8(ascii: "#") }.count
        blank(hashes)
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        blank(quotes)
        while at < input.count {
            if input[at] == UInt8(ascii: "\""), ends(quotes, hashes) {
                blank(quotes + hashes)
                return
            }
            guard input[at] == UInt8(ascii: "\\"), count(of: UInt8(ascii: "#"), from: at + 1) >= hashes else {
                blank()
                continue
            }
            blank(1 + hashes)
            let isInterpolation = at < input.count && input[at] == UInt8(ascii: "(")
            blank()
            if isInterpolation {
                code(until: UInt8(ascii: ")"))
                blank()
            }
        }
    }

    private func ends(_ quotes: Int, _ hashes: Int) -> Bool {
        count(of: UInt8(ascii: "\""), from: at) >= quotes && count(of: UInt8(ascii: "#"), from: at + quotes) >= hashes
    }

    private func count(of byte: UInt8, from start: Int) -> Int {
        start < input.count ? input[start...].prefix { $0 == byte }.count : 0
    }
}
