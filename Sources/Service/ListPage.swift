import JSON
import JSONRPC

/// A page of a list as the API sends it: `data`, `has_more`, `next_cursor` (the API's guide to pagination).
struct ListPage {
    /// What comes after a page.
    enum Next {
        /// Nothing: it was the last.
        case end
        /// The page at this cursor, never empty.
        case page(cursor: String)
        /// More, the API says, and gives no cursor.
        case unreachable
    }

    let items: JSONSlice.Elements
    let next: Next

    /// Throws when `root` is no list.
    init(_ root: JSONSlice) throws(RPCFailure) {
        var (data, hasMore, cursor) = (JSONSlice?.none, Bool?.none, String?.none)
        // Once over a page, which may be long.
        for member in root.members {
            if data == nil, member.name.reads("data") {
                data = member.value
            } else if hasMore == nil, member.name.reads("has_more") {
                hasMore = member.value.bool
            } else if cursor == nil, member.name.reads("next_cursor") {
                cursor = member.value.string
            }
        }
        guard let data, data.kind == .array else {
            throw RPCFailure(.badResponse, "The API's answer is not a list, although a list was asked for.")
        }
        items = data.elements
        if hasMore != false, let cursor, !cursor.isEmpty {
            next = .page(cursor: cursor)
        } else {
            next = hasMore == true ? .unreachable : .end
        }
    }

    static let noCursor = RPCFailure(
        .badResponse, "The API says that there is more, and gives no cursor to go on with.")
}
