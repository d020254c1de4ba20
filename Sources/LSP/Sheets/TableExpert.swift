import Bytes
import JSON
import Tables

/// Tables of engagements and their people: what `plan` would refuse is told where it stands.
package final class TableExpert: DocumentExpert {
    private weak var joined: LanguageServer?
    /// What was read last of each document.
    private var tables: [[UInt8]: (table: AttendeeTable, reach: TableReach)] = [:]

    /// Addresses of a table that are looked up, at most.
    private static let limit = 500
    /// Bytes and lines by which a text without a table's name is judged.
    private static let start = (bytes: 4096, lines: 5)

    /// An expert that has read nothing.
    package init() {}

    package func join(_ server: LanguageServer) { joined = server }

    /// A table's name says that a document is one, if it has to do with engagements. Otherwise its first line, or first
    /// few lines, have to be rows without a fault.
    package func knows(_ document: TextDocument) -> Bool {
        let ending = DocumentURI.ending(document.uri)
        if ending == "attendees" { return false }
        let mark = Bytes("ngmt_")
        let text = document.text
        if ending == "csv" || ending == "tsv" {
            let head = text.slice(0, min(text.count, Self.start.bytes)).text.lowercased()
            return text.holds(mark) || head.prefix { $0 != "\n" }.contains("engagement")
        }
        return (0..<min(document.lineCount, Self.start.lines)).contains { line in
            let start = text.slice(0, document.content(of: line).upperBound)
            guard start.count <= Self.start.bytes, start.holds(mark) else { return false }
            let table = AttendeeTable.read(start)
            return !table.rows.isEmpty && table.faults.isEmpty
        }
    }

    package func take(_ event: DocumentEvent, _ document: TextDocument) {
        tables[Array(document.uri.utf8)] = nil
    }

    private func table(_ document: TextDocument) -> AttendeeTable { read(document).table }

    private func read(_ document: TextDocument) -> (table: AttendeeTable, reach: TableReach) {
        let key = Array(document.uri.utf8)
        if let read = tables[key] { return read }
        let table = AttendeeTable.read(document.text, withPlaces: true)
        let read = (table, TableReach(table))
        tables[key] = read
        return read
    }

    package func needs(_ found: FoundID, in document: TextDocument) -> Bool {
        read(document).reach.holds(found.id, line: document.line(at: found.range.lowerBound) + 1)
    }

    package func faults(in document: TextDocument) -> [EditorDiagnostic] {
        let table = table(document)
        var faults = table.faults.prefix(Self.limit).enumerated().map { number, fault in
            let place = table.places?.place(of: fault, number: number) ?? Self.place(ofLine: fault.line, document)
            return EditorDiagnostic(place, .error, code: "invalid_value", fault.advice)
        }
        for trouble in troubles(table) {
            let range = trouble.place ?? Self.place(ofLine: trouble.line, document)
            faults.append(EditorDiagnostic(range, .error, code: trouble.code, trouble.message))
        }
        return faults
    }

    package func isPending(_ document: TextDocument) -> Bool {
        guard let server = joined else { return false }
        let people = table(document).rows.lazy.flatMap(\.people).compactMap { person -> String? in
            if case .address(let address) = person { address } else { nil }
        }
        return people.prefix(Self.limit).contains { server.addresses.finding($0) == nil }
    }

    /// A person in a table who is nobody, or may be several.
    private struct Trouble {
        let line: Int
        /// Nil if the text does not say it as it is meant, for example with doubled quotes.
        let place: Range<Int>?
        let code: String
        let message: String
        var candidates: [Attendee] = []
    }

    private func troubles(_ table: AttendeeTable) -> [Trouble] {
        guard let server = joined else { return [] }
        var (troubles, count) = ([Trouble](), 0)
        for row in table.rows {
            for case .address(let address) in row.people {
                count += 1
                guard count <= Self.limit else { return troubles }
                guard let fault = server.addresses.finding(address)?.fault(of: address) else { continue }
                troubles.append(
                    Trouble(
                        line: row.line, place: table.places?.place(ofAddress: address, line: row.line),
                        code: fault.code,
                        message: fault.message, candidates: fault.candidates))
            }
        }
        return troubles
    }

    package func actions(in document: TextDocument, _ range: Range<Int>) -> [EditorAction] {
        troubles(table(document)).flatMap { trouble -> [EditorAction] in
            guard let place = trouble.place, AttendeesDocuments.touch(place, range) else { return [] }
            return EditorAction.choices(of: trouble.candidates, at: place, \.id)
        }
    }

    package func lenses(of document: TextDocument) -> [EditorLens] { [] }

    /// The bytes of a line, counted from 1.
    private static func place(ofLine line: Int, _ document: TextDocument) -> Range<Int> {
        document.content(of: min(max(0, line - 1), document.lineCount - 1))
    }
}
