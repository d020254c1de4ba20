/// Variables whose names have this program's prefix, but which it does not know.
enum UnknownVariables {
    /// One sentence per variable.
    static func warnings(_ variables: [Word]) -> [String] {
        var sentences: [String] = []
        for variable in variables {
            let (name, value) = variable.parts
            guard let name = name.text, name.hasPrefix(Setting.prefix), value?.bytes.isEmpty == false,
                name != Setting.tokenVariable, !Setting.all.contains(where: { $0.variables.contains(name) })
            else { continue }
            let isHarmless =
                name.utf8.count <= 64
                && name.utf8.allSatisfy { 0x41...0x5A ~= $0 || $0.isDigit || $0 == UInt8(ascii: "_") }
            let known = [Setting.tokenVariable] + Setting.all.flatMap(\.variables)
            let hint = name.nearest(in: known.filter { $0.hasPrefix(Setting.prefix) }).map { "; did you mean \($0)?" }
            let subject = isHarmless ? name : "A variable whose name begins with \(Setting.prefix)"
            sentences.append("\(subject) is no setting and is passed over" + (hint ?? "; --help flags lists them."))
        }
        return sentences
    }
}
