import Bytes
import JSON
import Tables

/// Who is named in an attendees document, and what in it is no person.
struct AttendeesText {
    /// A person in the document.
    struct Entry {
        let person: PersonReference
        /// The bytes that name them, and the line.
        let range: Range<Int>
        let line: Int
    }

    /// Something that is no person, and what to do about it.
    struct Fault {
        let range: Range<Int>
        let line: Int
        let advice: String
    }

    private(set) var entries: [Entry] = []
    private(set) var faults: [Fault] = []
    /// The lines that say in so many words that nobody is meant.
    private(set) var nobody: [Int] = []

    /// Reads a document. A line that begins with `#` is a comment.
    init(_ document: TextDocument) {
        for line in 0..<document.lineCount { read(document, line) }
    }

    private mutating func read(_ document: TextDocument, _ line: Int) {
        let place = document.content(of: line)
        let bytes = document.text.slice(place.lowerBound, place.upperBound)
        if Self.isComment(bytes) { return }
        let cell = bytes.cellTrimmed
        if cell.isEmpty { return }
        let start = place.lowerBound + Self.offset(of: cell, in: bytes, else: 0)
        let isInvisible = cell.text.unicodeScalars.first { $0.isDisturbing } != nil
        if !isInvisible, let length = Self.idLength(cell), Self.isName(cell.dropping(length)) {
            let id = PersonReference.id(cell.slice(0, length).text)
            entries.append(Entry(person: id, range: start..<start + length, line: line))
            return
        }
        PeopleCell.read(cell) { item in
            func range(_ bytes: Bytes) -> Range<Int> {
                let from = Self.offset(of: bytes, in: cell, else: nil)
                return from.map { start + $0..<start + $0 + bytes.count } ?? start..<start + cell.count
            }
            switch item {
            case .id(let id): add(.id(id.text), range(id), line)
            case .address(let address): add(.address(address.text), range(address), line)
            case .nobody: nobody.append(line)
            case .wrong(let bytes, let advice):
                let range = range(bytes)
                faults.append(Fault(range: range, line: line, advice: advice.withoutColumns))
            }
        }
    }

    /// Whether nothing else is on the line of an entry.
    func isAlone(_ entry: Entry) -> Bool {
        entries.count { $0.line == entry.line } == 1 && !faults.contains { $0.line == entry.line }
    }

    /// Whether a line is a comment.
    static func isComment(_ line: Bytes) -> Bool { line.first == UInt8(ascii: "#") }

    private mutating func add(_ person: PersonReference, _ range: Range<Int>, _ line: Int) {
        entries.append(Entry(person: person, range: range, line: line))
    }

    /// Where `part` is in `whole`; `fallback` if it is a copy.
    private static func offset(of part: Bytes, in whole: Bytes, else fallback: Int) -> Int {
        offset(of: part, in: whole, else: nil) ?? fallback
    }

    private static func offset(of part: Bytes, in whole: Bytes, else fallback: Int?) -> Int? {
        guard let first = part.baseAddress, let start = whole.baseAddress else { return fallback }
        let offset = first - start
        return offset >= 0 && offset + part.count <= whole.count ? offset : fallback
    }

    /// The length of the contact's id that begins the line and stands alone.
    private static func idLength(_ cell: Bytes) -> Int? {
        let end = cell.firstIndex { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "<") } ?? cell.count
        return PersonReference.isID(cell.slice(0, end)) ? end : nil
    }

    /// Whether what follows an id is only a name, and perhaps an address in angle brackets: both say who is meant, and
    /// nothing else.
    private static func isName(_ rest: Bytes) -> Bool {
        var name = rest.cellTrimmed
        if name.last == UInt8(ascii: ">"), let open = name.firstPosition(of: UInt8(ascii: "<")) {
            guard PersonReference.isAddress(name.slice(open + 1, name.count - 1).cellTrimmed) else { return false }
            name = name.slice(0, open)
        }
        if name.isEmpty { return true }
        let marks = Array(",;|<>@\"".utf8)
        return !name.contains { marks.contains($0) } && IDFinder.ids(in: name, 0..<name.count, limit: 1).isEmpty
            && !name.text.contains { "，；、،؛".contains($0) }
    }
}

extension String {
    /// What to do about a cell, without what can be done about a table alone.
    fileprivate var withoutColumns: String {
        let hint = PeopleCell.columnHint
        return hasSuffix(hint) ? String(dropLast(hint.count)) : self
    }
}
