import LSP

/// Applies changes of a text that are all counted in the text as it was, as editors do. Lines end with LF or CR LF.
enum EditedText {
    /// A change, as a server asks for it.
    struct Change {
        let range: TextRange
        let text: String
    }

    /// The whole text is one string: each place is an offset in it.
    static func byPlaces(_ text: String, _ edits: [Change]) -> String {
        var bytes = Array(text.utf8)
        var starts = [0]
        for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(at + 1) }
        for edit in edits.reversed() {
            let (start, end) = (edit.range.start, edit.range.end)
            bytes.replaceSubrange(
                starts[start.line] + start.character..<starts[end.line] + end.character, with: edit.text.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text is a list of lines, and what ends the last one is none of it. Places behind the list are its end.
    static func byLines(_ text: String, _ edits: [Change], _ lineEnd: String) -> String {
        let isEnded = text.hasSuffix(lineEnd)
        var lines = self.lines(isEnded ? String(text.unicodeScalars.dropLast(lineEnd.unicodeScalars.count)) : text)
        for edit in edits.reversed() {
            let new = self.lines(edit.text)
            if edit.range.start.line >= lines.count {
                lines += new
                continue
            }
            let first = edit.range.start.line
            let last = min(edit.range.end.line, lines.count - 1)
            let isBehind = edit.range.end.line >= lines.count
            let head = Array(lines[first].utf8.prefix(edit.range.start.character))
            let tail = Array(lines[last].utf8.dropFirst(isBehind ? .max : edit.range.end.character))
            var put = new.map { Array($0.utf8) }
            put[0] = head + put[0]
            put[put.count - 1] += tail
            lines.replaceSubrange(first...last, with: put.map { String(decoding: $0, as: UTF8.self) })
        }
        return lines.joined(separator: lineEnd) + (isEnded ? lineEnd : "")
    }

    /// How many lines of a text have nothing on them, the last of which has an end or not.
    static func blanks(_ text: String, isEnded: Bool) -> Int {
        var lines = self.lines(text)
        if isEnded { lines.removeLast() }
        return lines.count { $0.allSatisfy { $0 == " " } }
    }

    /// Whether a text is one blank line at most.
    static func isBare(_ text: String) -> Bool {
        text.allSatisfy { $0 == " " || $0.isNewline } && text.count(where: \.isNewline) <= 1
    }

    private static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }
}
