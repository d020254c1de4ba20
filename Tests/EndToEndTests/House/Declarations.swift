import TestSupport

/// What a file of Swift declares, as far as rules about names go.
struct Declarations {
    /// A function, an initialiser or a subscript.
    struct Function {
        let line: Int
        /// The type that it belongs to, whole (`Outer.Inner`, `protocol P`); empty for none.
        let type: String
        let name: String
        /// The labels of its arguments, `_` for none.
        let labels: [String]
    }

    /// A type that belongs to no other, or a name for one.
    struct TopType {
        let line: Int
        let name: String
        /// Whether other modules of the package can name it.
        let isShared: Bool
        /// Whether only this file can.
        let isPrivate: Bool
    }

    private(set) var functions: [Function] = []
    private(set) var types: [TopType] = []
    /// The modules that it imports.
    private(set) var imports: Set<String> = []

    init(_ text: SwiftText) {
        // What each open brace belongs to: a type's name, or nil.
        var braces: [String?] = []
        // What came since the last brace or the last line that can't go on.
        var head: [UInt8] = []
        let lines = text.codeLines
        // A literal is compiled where it stands, each time.
        let imported = SwiftText.imported
        let function = /\b(?:func\s+([^\s(<]+)|(init|subscript)[?!]?)\s*(?:<[^(]*>)?\(/
        let delegation = /\.init\(|self\.init|super\.init/
        let topType = /^([a-z()@ ]*)\b(?:class|struct|enum|actor|protocol|typealias) (\w+)/
        let owner = /\b(class|struct|enum|actor|protocol|extension) ([\w.]+)[^{}]*$/
        for (index, line) in lines.enumerated() {
            if let match = line.firstMatch(of: imported) { imports.insert(String(match.1)) }
            if line.utf8.contains(UInt8(ascii: "(")), let match = line.firstMatch(of: function),
                !line.contains(delegation)
            {
                let from = line.distance(from: line.startIndex, to: match.range.upperBound)
                let type = braces.compactMap(\.self).joined(separator: ".")
                let name = String(match.1 ?? match.2 ?? "")
                functions.append(
                    Function(line: index + 1, type: type, name: name, labels: Self.labels(lines, index, from)))
            }
            if braces.isEmpty, let match = line.firstMatch(of: topType) {
                let isPrivate = match.1.contains("private ")
                let isShared = match.1.contains("public ") || match.1.contains("package ")
                types.append(
                    TopType(line: index + 1, name: String(match.2), isShared: isShared, isPrivate: isPrivate))
            }
            for byte in line.utf8 {
                switch byte {
                case UInt8(ascii: "{"):
                    let match = String(decoding: head, as: UTF8.self).firstMatch(of: owner)
                    // What a protocol wants and what its extension gives are no overloads.
                    braces.append(match.map { ($0.1 == "protocol" ? "protocol " : "") + $0.2 })
                    head = []
                case UInt8(ascii: "}"):
                    _ = braces.popLast()
                    head = []
                default: head.append(byte)
                }
            }
            head.append(UInt8(ascii: " "))
        }
    }

    /// The labels between the parenthesis that opens before `column` and the one that closes it.
    private static func labels(_ lines: [String], _ line: Int, _ column: Int) -> [String] {
        var parameters = [""]
        var depth = 1
        var before: Character = " "
        scan: for index in line..<lines.count {
            for character in lines[index].dropFirst(index == line ? column : 0) {
                if "([{<".contains(character) { depth += 1 }
                if ")]}".contains(character) || character == ">" && before != "-" { depth -= 1 }
                if depth == 0 { break scan }
                if character == ",", depth == 1 {
                    parameters.append("")
                } else {
                    parameters[parameters.count - 1].append(character)
                }
                before = character
            }
            parameters[parameters.count - 1].append(" ")
        }
        return parameters.compactMap { parameter in
            parameter.split(whereSeparator: \.isWhitespace).first.map { String($0.prefix { $0 != ":" }) }
        }
    }
}
