import Bytes
import JSON

/// What is wrong with a table, and what to do.
package struct TableFault: Equatable, Sendable {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The cell as the file has it, but for its end if it is long; nil if the whole row is meant, or if the cell may be
    /// a token.
    package let cell: String?
    /// What to do, with the flag that allows it.
    package let advice: String

    /// A fault in the row at `line`.
    package init(line: Int, cell: String?, advice: String) {
        self.line = line
        self.cell = cell
        self.advice = advice
    }

    /// A fault of a cell that is shown unless it may be a token.
    init(line: Int, bytes: Bytes, advice: String) {
        guard !bytes.looksSecret else {
            let token = "a cell that is not shown here looks like a token (--token-file FILE takes one): "
            self.init(line: line, cell: nil, advice: token + advice)
            return
        }
        let isLong = bytes.count > Self.cellLimit
        let shown = isLong ? Bytes(rebasing: bytes.prefix(Self.cellLimit)).text + "…" : bytes.text
        self.init(line: line, cell: shown, advice: advice)
    }

    /// Bytes of a cell that are kept.
    private static let cellLimit = 200

    /// The fault on a line of its own, fit for a terminal: `FILE, line N: "cell": what to do`.
    package func sentence(file: String) -> String {
        let place = "\(file.printable), line \(line): "
        return place + (cell.map { "\"\($0.printable)\": " } ?? "") + advice.printable
    }
}
