import Bytes
import Tables

/// The small changes that bring an attendees document up to date.
struct AttendeesEdits {
    private(set) var edits: [(range: Range<Int>, text: String)] = []
    private let document: TextDocument
    private let base: AttendeesBase

    /// The changes after which `document` lists exactly the people of `base`. What else people have written stays.
    /// `idOf` tells which contact a person in the document is.
    init(_ document: TextDocument, _ text: AttendeesText, to base: AttendeesBase, idOf: (PersonReference) -> String?) {
        (self.document, self.base) = (document, base)
        var left = base.people
        let faulty = Set(text.faults.map(\.line))
        let entries = Dictionary(grouping: text.entries, by: \.line)
        for line in 0..<document.lineCount {
            let place = document.content(of: line)
            let bytes = document.text.slice(place.lowerBound, place.upperBound)
            if bytes.first == UInt8(ascii: "#") {
                adapt(comment: bytes.text, line, place)
                continue
            }
            if line == text.nobody, !base.people.isEmpty {
                remove(line)
                continue
            }
            guard entries[line] != nil || faulty.contains(line) else { continue }
            var (lines, last): ([String], Attendee?) = ([], nil)
            for entry in entries[line] ?? [] {
                guard let id = idOf(entry.person), let index = left.firstIndex(where: { $0.id == id }) else { continue }
                let attendee = left.remove(at: index)
                lines.append(attendee.line)
                last = attendee
            }
            if lines.isEmpty {
                remove(line)
            } else if lines.count > 1 || faulty.contains(line) || !Self.isFit(bytes, for: last) {
                replace(place, lines.joined(separator: "\n"))
            }
        }
        guard !left.isEmpty else { return }
        let end = document.text.count
        let isOpen = document.text.last.map { $0 != 0x0A && $0 != 0x0D } ?? false
        edits.append((end..<end, (isOpen ? "\n" : "") + left.map { $0.line + "\n" }.joined()))
    }

    private mutating func adapt(comment: String, _ line: Int, _ place: Range<Int>) {
        if comment.hasSuffix("(\(base.id.text))"), line == 0 { return replace(place, base.headLine) }
        guard comment.hasPrefix(AttendeesBase.roomMark) else { return }
        if !base.rooms.contains(where: { comment.hasSuffix("(\($0.id))") }) { remove(line) }
    }

    /// Whether a line begins with an id and goes on without somebody else's address: what a person wrote behind it
    /// stays.
    private static func isFit(_ bytes: Bytes, for attendee: Attendee?) -> Bool {
        let cell = bytes.cellTrimmed
        guard cell.starts(with: "cnt_"), !PersonReference.isID(cell) else { return false }
        guard let open = cell.firstPosition(of: UInt8(ascii: "<")) else { return true }
        let address = cell.dropping(open + 1).prefix { $0 != UInt8(ascii: ">") }
        return attendee?.has(address: Bytes(rebasing: address).cellTrimmed.text) == true
    }

    private mutating func replace(_ range: Range<Int>, _ text: String) {
        let old = document.text.slice(range.lowerBound, range.upperBound)
        if !old.elementsEqual(text.utf8) { edits.append((range, text)) }
    }

    /// Takes a line out, its end too.
    private mutating func remove(_ line: Int) { edits.append((document.line(line), "")) }
}
