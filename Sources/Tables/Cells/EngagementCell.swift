import Bytes

/// Reads the engagement in a cell: its id, or a link of the app that holds one.
enum EngagementCell {
    /// The id in a cell, or nil.
    static func id(_ cell: Bytes) -> Bytes? {
        let cell = cell.cellTrimmed.withoutFormulaGuard
        if cell.starts(with: prefix) {
            let length = idLength(cell)
            return length == cell.count && length > prefix.utf8CodeUnitCount ? cell : nil
        }
        return isLink(cell) ? idInLink(cell) : nil
    }

    /// What to do about a cell without an id.
    static func advice(_ cell: Bytes) -> String {
        if let name = cell.invisibleName {
            return "there is an invisible character (\(name)) in it: delete it, or type the cell anew"
        }
        return noID
    }

    private static let noID =
        "this is no engagement's id (ngmt_…): mend it, or say which column holds the ids with --column engagement=HEAD"

    private static let prefix: StaticString = "ngmt_"

    private static func isLink(_ cell: Bytes) -> Bool {
        let isWeb = cell.starts(with: "https://") || cell.starts(with: "http://")
        return isWeb && cell.allSatisfy { $0 > 0x20 && $0 < 0x7F && !",;|\"<>".utf8.contains($0) }
    }

    /// The only id in a link; nil if there is none, or another one.
    private static func idInLink(_ link: Bytes) -> Bytes? {
        var found: Bytes?
        var at = 0
        while at < link.count {
            let rest = link.dropping(at)
            let isInWord = at > 0 && (link[at - 1].isAlphanumeric || link[at - 1] == UInt8(ascii: "_"))
            guard !isInWord, rest.starts(with: prefix) else {
                at += 1
                continue
            }
            let id = rest.slice(0, idLength(rest))
            guard id.count > prefix.utf8CodeUnitCount, found.map({ $0.equals(id) }) ?? true else { return nil }
            if at + id.count < link.count, !"/?#&".utf8.contains(link[at + id.count]) { return nil }
            found = id
            at += id.count
        }
        return found
    }

    private static func idLength(_ text: Bytes) -> Int {
        let start = prefix.utf8CodeUnitCount
        return start + text.dropping(start).prefix { $0.isAlphanumeric }.count
    }
}
