import Bytes
import JSON
import JSONRPC

/// A page of a list as the API sends it: `data`, `has_more`, `next_cursor` (the API's guide to pagination).
struct ListPage {
    /// What follows a page.
    enum Next {
        /// Nothing: it is the last.
        case end
        /// The page at this cursor, never empty.
        case page(cursor: String)
        /// The API says that there is more, but gives no cursor.
        case unreachable
    }

    /// Borrowed from the answer.
    let items: [JSONSlice]
    let next: Next

    /// Reads an answer, which is checked JSON. Throws when it is no list.
    init(_ answer: Bytes) throws(RPCFailure) {
        guard let page = try? Self.read(answer), let items = page.items else {
            throw RPCFailure(.badResponse, "The API's answer is not a list, although a list was asked for.")
        }
        self.items = items
        let hasMore = page.hasMore?.bool
        if hasMore != false, let cursor = page.cursor?.string, !cursor.isEmpty {
            next = .page(cursor: cursor)
        } else {
            next = hasMore == true ? .unreachable : .end
        }
    }

    /// Items of a page, at most; a longer one is refused. The API gives a hundred.
    private static let itemLimit = 1_000_000

    /// Scans the page once, because it may be long.
    private static func read(
        _ answer: Bytes
    ) throws(JSONSyntaxError) -> (items: [JSONSlice]?, hasMore: JSONSlice?, cursor: JSONSlice?) {
        var (items, hasMore, cursor, sawData) = ([JSONSlice]?.none, JSONSlice?.none, JSONSlice?.none, false)
        var scanner = JSONScanner(answer)
        var object = try scanner.openObject()
        while let name = try scanner.nextName(of: &object) {
            let isData = !sawData && name.reads("data")
            sawData = sawData || isData
            if isData, scanner.isAtArray {
                var (array, found) = (try scanner.openArray(depth: 1), [JSONSlice]())
                var isShort = true
                while let item = try scanner.nextElement(of: &array) {
                    if found.count < itemLimit { found.append(item) } else { isShort = false }
                }
                items = isShort ? found : nil
                continue
            }
            let value = try scanner.value(depth: 1)
            if hasMore == nil, name.reads("has_more") { hasMore = value }
            if cursor == nil, name.reads("next_cursor") { cursor = value }
        }
        return (items, hasMore, cursor)
    }

    static let noCursor = RPCFailure(
        .badResponse, "The API says that there is more, and gives no cursor to go on with.")
}
