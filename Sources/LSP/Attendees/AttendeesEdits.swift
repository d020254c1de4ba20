import Bytes
import Tables

/// The small changes that bring an attendees document up to date, in the order of their places.
///
/// None reaches behind the content of the last line: some editors have no place there, and a blank line would come of
/// it. Changes that touch are one.
struct AttendeesEdits {
    /// What becomes of a line.
    private enum Fate {
        case stays, goes
        case becomes(String)

        var isStaying: Bool {
            if case .goes = self { false } else { true }
        }
    }

    private(set) var edits: [(range: Range<Int>, text: String)] = []
    private let document: TextDocument
    private let base: AttendeesBase
    /// What ends the lines of the document.
    private let lineEnd: String

    /// The changes after which `document` lists exactly the people of `base`. What else people have written stays.
    /// `idOf` tells which contact a person in the document is.
    init(_ document: TextDocument, _ text: AttendeesText, to base: AttendeesBase, idOf: (PersonReference) -> String?) {
        (self.document, self.base) = (document, base)
        let end = document.text.slice(document.content(of: 0).upperBound, document.content(of: 1).lowerBound)
        lineEnd = end.isEmpty ? "\n" : end.text
        var left = base.people
        let fates = fates(text, &left, idOf)
        collect(fates, adding: left.map(\.line).joined(separator: lineEnd))
    }

    // MARK: What becomes of each line

    /// The fate of each line. Who is found in one is taken from `left`.
    private func fates(
        _ text: AttendeesText, _ left: inout [Attendee], _ idOf: (PersonReference) -> String?
    ) -> [Fate] {
        let faulty = Set(text.faults.map(\.line))
        let entries = Dictionary(grouping: text.entries, by: \.line)
        var isFirst = true
        return (0..<Self.lineCount(of: document)).map { line in
            var fate = Fate.stays
            let bytes = bytes(of: line)
            if AttendeesText.isComment(bytes) {
                fate = self.fate(ofComment: bytes, isFirst: isFirst)
            } else if text.nobody.contains(line) {
                fate = base.people.isEmpty ? .stays : .goes
            } else if entries[line] != nil || faulty.contains(line) {
                let named = entries[line] ?? []
                let found = named.compactMap { entry in
                    idOf(entry.person).flatMap { id in left.firstIndex { $0.id == id } }.map { left.remove(at: $0) }
                }
                let isFit = named.count == 1 && !faulty.contains(line)
                fate = self.fate(of: bytes, naming: found, isFit: isFit)
            }
            if fate.isStaying { isFirst = false }
            return fate
        }
    }

    /// The fate of a line with people of whom `found` are to stay. One who is named there alone may be named well.
    private func fate(of bytes: Bytes, naming found: [Attendee], isFit: Bool) -> Fate {
        if found.isEmpty { return .goes }
        if isFit, Self.names(found[0], bytes) { return .stays }
        return becoming(found.map(\.line).joined(separator: lineEnd), bytes)
    }

    private func fate(ofComment bytes: Bytes, isFirst: Bool) -> Fate {
        let comment = bytes.text
        if isFirst, comment.hasSuffix("(\(base.id.text))") { return becoming(base.headLine, bytes) }
        guard comment.hasPrefix(AttendeesBase.roomMark) else { return .stays }
        return base.rooms.contains { comment.hasSuffix("(\($0.id))") } ? .stays : .goes
    }

    private func becoming(_ text: String, _ old: Bytes) -> Fate {
        old.elementsEqual(text.utf8) ? .stays : .becomes(text)
    }

    /// Whether a line begins with an id and goes on without somebody else's address: what a person wrote behind it
    /// stays.
    private static func names(_ attendee: Attendee, _ bytes: Bytes) -> Bool {
        let cell = bytes.cellTrimmed
        guard cell.starts(with: "cnt_"), !PersonReference.isID(cell) else { return false }
        guard let open = cell.firstPosition(of: UInt8(ascii: "<")) else { return true }
        let address = cell.dropping(open + 1).prefix { $0 != UInt8(ascii: ">") }
        return attendee.has(address: Bytes(rebasing: address).cellTrimmed.text)
    }

    // MARK: What is changed

    /// The lines that a document has: what looks like one behind the last line's end is none.
    private static func lineCount(of document: TextDocument) -> Int {
        document.lineCount - (document.content(of: document.lineCount - 1).isEmpty ? 1 : 0)
    }

    /// The bytes that go with a line: its end too, or for the last one the end of the line before.
    static func removal(of line: Int, from document: TextDocument) -> Range<Int> {
        if line + 1 < lineCount(of: document) { return document.line(line) }
        let content = document.content(of: line)
        return (line > 0 ? document.content(of: line - 1).upperBound : 0)..<content.upperBound
    }

    /// Collects the changes that carry `fates` out, with more lines behind the last one that stays and is not blank.
    private mutating func collect(_ fates: [Fate], adding more: String) {
        let end = fates.isEmpty ? 0 : document.content(of: fates.count - 1).upperBound
        guard let last = fates.lastIndex(where: \.isStaying), more.isEmpty || !isBare(fates) else {
            if end > 0 || !more.isEmpty { change(0..<end, to: more) }
            return
        }
        let first = fates.firstIndex(where: \.isStaying)
        let place = fates.indices.last { fates[$0].isStaying && !isBlank($0) }
        for (line, fate) in fates.enumerated() {
            let content = document.content(of: line)
            // Where all that stays is blank, people are put before it.
            if place == nil, line == first, !more.isEmpty {
                change(content.lowerBound..<content.lowerBound, to: more + lineEnd)
            }
            switch fate {
            case .stays: break
            case .becomes(let text): change(content, to: text)
            // A line goes with its end, which the last ones can't.
            case .goes: if line < last { change(document.line(line), to: "") }
            }
            if line == place, !more.isEmpty { change(content.upperBound..<content.upperBound, to: lineEnd + more) }
        }
        if last + 1 < fates.count { change(document.content(of: last).upperBound..<end, to: "") }
    }

    /// Whether there is one blank line alone: nobody has written that.
    private func isBare(_ fates: [Fate]) -> Bool { fates.count == 1 && isBlank(0) }

    private func isBlank(_ line: Int) -> Bool { bytes(of: line).cellTrimmed.isEmpty }

    private func bytes(of line: Int) -> Bytes {
        let place = document.content(of: line)
        return document.text.slice(place.lowerBound, place.upperBound)
    }

    /// Adds a change. It goes on where the one before ends, or further on.
    private mutating func change(_ range: Range<Int>, to text: String) {
        if let before = edits.last, before.range.upperBound == range.lowerBound {
            edits.removeLast()
            edits.append((before.range.lowerBound..<range.upperBound, before.text + text))
        } else {
            edits.append((range, text))
        }
    }
}
