import Bytes

/// Reads the people in a cell: ids, addresses, `Name <address>`, `mailto:`, mixed, apart by blanks, commas, semicolons,
/// bars or line breaks. Names are read over only before an address in angle brackets; a name with a comma needs quotes,
/// because one without may be somebody who would be lost.
package struct PeopleCell {
    /// What a cell holds.
    package enum Item {
        case id(Bytes)
        case address(Bytes)
        /// That nobody is meant, in so many words.
        case nobody
        /// What is none of these, and what to do.
        case wrong(Bytes, String)
    }

    /// What a cell says that is not empty by mistake.
    static let nobody: StaticString = "(nobody)"

    private struct Word {
        let range: Range<Int>
        let isQuoted: Bool
    }

    private let cell: Bytes
    private let take: (Item) -> Void
    private var at = 0
    /// The words since the last separator, which are people, or the name of one.
    private var words: [Word] = []
    /// No quote, apostrophe or bracket that opens after one that is not closed can be closed either.
    private var isUnclosed: (apostrophe: Bool, bracket: Bool) = (false, false)

    /// Calls `take` with everything in `cell`, from left to right.
    package static func read(_ cell: Bytes, _ take: (Item) -> Void) {
        if cell.equalsIgnoringCase(nobody) { return take(.nobody) }
        withoutActuallyEscaping(take) { take in
            var reader = PeopleCell(cell, take)
            reader.read()
        }
    }

    private init(_ cell: Bytes, _ take: @escaping (Item) -> Void) {
        self.cell = cell
        self.take = take
    }

    private enum Mark {
        case blank, separator, other
    }

    private func mark(at: Int) -> (mark: Mark, length: Int) {
        switch cell[at] {
        case 0x20, 0x09, 0x0B, 0x0C: return (.blank, 1)
        case 0x2C, 0x3B, 0x7C, 0x0A, 0x0D: return (.separator, 1)
        case ..<0x80: return (.other, 1)
        default:
            let (scalar, length) = cell.scalar(at: at)
            if scalar == "\u{2028}" || scalar == "\u{2029}" || scalar == "\u{85}" { return (.separator, length) }
            if scalar.isCellBlank { return (.blank, length) }
            // The commas and semicolons of Arabic, Chinese and Japanese.
            let isComma = [0x060C, 0x061B, 0x3001, 0xFF0C, 0xFF1B].contains(scalar.value)
            return (isComma ? .separator : .other, length)
        }
    }

    private mutating func read() {
        while at < cell.count {
            let (mark, length) = mark(at: at)
            switch mark {
            case .blank: at += length
            case .separator:
                flush()
                at += length
            case .other: readWord()
            }
        }
        flush()
    }

    private mutating func readWord() {
        let start = at
        switch cell[at] {
        case UInt8(ascii: "<"): return readBracket()
        case UInt8(ascii: "\""):
            guard let close = closingQuote() else {
                flush()
                take(.wrong(cell.dropping(start), "a quote is opened and not closed: close it, or delete it"))
                at = cell.count
                return
            }
            words.append(Word(range: start + 1..<close, isQuoted: true))
            at = close + 1
            return
        case UInt8(ascii: "'"):
            if let close = closingApostrophe() {
                words.append(Word(range: start + 1..<close, isQuoted: true))
                at = close + 1
                return
            }
        default: break
        }
        while at < cell.count {
            // Most words are of these.
            while at < cell.count, cell[at].isAlphanumeric || cell[at] == UInt8(ascii: "_") { at += 1 }
            guard at < cell.count, cell[at] != UInt8(ascii: "<") else { break }
            let (mark, length) = mark(at: at)
            guard mark == .other else { break }
            at += length
        }
        words.append(Word(range: start..<at, isQuoted: false))
    }

    private func closingQuote() -> Int? {
        var index = at + 1
        while index < cell.count, cell[index] != UInt8(ascii: "\"") {
            index += cell[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index < cell.count ? index : nil
    }

    /// An apostrophe at the end of a word; others belong to names (O'Brien).
    private mutating func closingApostrophe() -> Int? {
        guard !isUnclosed.apostrophe else { return nil }
        for index in at + 1..<max(cell.count, at + 1) where cell[index] == UInt8(ascii: "'") {
            let isLast = index + 1 == cell.count
            if isLast || cell[index + 1] == UInt8(ascii: "<") || mark(at: index + 1).mark != .other { return index }
        }
        isUnclosed.apostrophe = true
        return nil
    }

    private mutating func readBracket() {
        let start = at
        var close = at + 1
        if !isUnclosed.bracket {
            while close < cell.count, cell[close] != UInt8(ascii: ">"), cell[close] != UInt8(ascii: "<") { close += 1 }
            if close == cell.count { isUnclosed.bracket = true }
        }
        guard !isUnclosed.bracket, cell[close] == UInt8(ascii: ">") else {
            at += 1
            while at < cell.count, cell[at] != UInt8(ascii: "<"), mark(at: at).mark != .separator { at += 1 }
            let first = words.first?.range.lowerBound ?? start
            words = []
            take(.wrong(cell.slice(first, at), "a < is opened and not closed: write Name <address>"))
            return
        }
        at = close + 1
        passPeople()
        let first = words.first?.range.lowerBound ?? start
        let isName = words.allSatisfy(canBeOfName)
        words.removeAll(keepingCapacity: true)
        guard isName else {
            take(.wrong(cell.slice(first, at), "this may be more than one person: put a comma between people"))
            return
        }
        let inside = cell.slice(start + 1, close).cellTrimmed
        if !recognise(inside) { take(.wrong(cell.slice(start, at), Self.advice(inside))) }
    }

    /// Takes the people who stand before a name.
    private mutating func passPeople() {
        let count = words.prefix { !$0.isQuoted && recognise(text(of: $0)) }.count
        words.removeFirst(count)
    }

    /// Whether a word can be a name's. What looks like a mistyped person must not be lost as one.
    private func canBeOfName(_ word: Word) -> Bool {
        let bytes = text(of: word)
        return word.isQuoted
            || !bytes.contains(UInt8(ascii: "@")) && !bytes.starts(with: "cnt_") && !bytes.starts(with: "ngmt_")
    }

    private func text(of word: Word) -> Bytes { cell.slice(word.range.lowerBound, word.range.upperBound).cellTrimmed }

    /// Takes an id or an address, `mailto:` before it or not; false for anything else.
    private func recognise(_ word: Bytes) -> Bool {
        if PersonReference.isID(word) {
            take(.id(word))
            return true
        }
        guard word.starts(with: "m") || word.starts(with: "M"), word.count > 7,
            word.slice(0, 7).equalsIgnoringCase("mailto:")
        else {
            guard PersonReference.isAddress(word) else { return false }
            take(.address(word))
            return true
        }
        let link = word.dropping(7).prefix { $0 != UInt8(ascii: "?") }
        let address = PercentEncoding.decode(link, brokenEscape: .kept) ?? []
        return address.withUnsafeBytes { bytes in
            guard PersonReference.isAddress(bytes) else { return false }
            take(.address(bytes))
            return true
        }
    }

    /// The words since the last separator are people; what is none of them is told in one piece.
    private mutating func flush() {
        var wrong: Range<Int>?
        func tell() {
            guard let wrong else { return }
            let bytes = cell.slice(wrong.lowerBound, wrong.upperBound).cellTrimmed
            take(.wrong(bytes, Self.advice(bytes)))
        }
        for word in words {
            let bytes = text(of: word)
            if bytes.isEmpty { continue }
            if recognise(bytes) {
                tell()
                wrong = nil
            } else if word.isQuoted, bytes.contains(where: { $0 == 0x2C || $0 == 0x3B || $0 == 0x40 || $0.isSpace }) {
                tell()
                wrong = nil
                Self.read(bytes, take)
            } else {
                wrong = (wrong?.lowerBound ?? word.range.lowerBound)..<word.range.upperBound
            }
        }
        tell()
        words.removeAll(keepingCapacity: true)
    }

    private static func advice(_ word: Bytes) -> String {
        if let name = word.invisibleName {
            return "there is an invisible character (\(name)) in it: delete it, or type the cell anew"
        }
        if word.equalsIgnoringCase(nobody) { return "it stands alone in its row: take it out, or the people" }
        if word.starts(with: "ngmt_") { return "this is an engagement, and people are wanted here" }
        if word.starts(with: "cnt_") { return "a contact's id is cnt_ and then letters and digits only" }
        if word.contains(UInt8(ascii: "@")) { return "this is no e-mail address: mend it" }
        return nobodyAdvice
    }

    private static let nobodyAdvice =
        "this is neither a contact's id (cnt_…) nor an e-mail address: mend it, put a name with a comma in quotes "
        + "(\"Doe, Jane\" <jane@example.com>)" + columnHint

    /// How that ends, where the cell is one of a table.
    package static let columnHint = ", or say which columns hold the people with --column people=HEAD"
}
