import Bytes
import HTTP
import JSON
import JSONRPC

/// Finds contacts by whole address or whole name: searches page after page for each query, and keeps only exact matches
/// (case and blanks aside).
final class ContactSearch: Procedure {
    /// Queries of one call, at most.
    static let queryLimit = 50

    private struct Query {
        let text: String
        let isEmail: Bool
    }

    private struct Match {
        let id: String
        /// Id, names and addresses, which an ambiguous answer shows.
        let json: ByteBuffer
    }

    /// `/v2/contacts`
    private let list: ByteBuffer
    private let queries: [Query]
    private var place = 0
    private var matches: [Match] = []
    private var cursors: Set<String> = []
    private var answers: [(query: String, matches: [Match])] = []

    init(emails: [String], names: [String], contacts: Bytes) {
        list = ByteBuffer(contacts)
        // By their bytes: Swift's strings take two normal forms of a name for one.
        var seen: Set<[UInt8]> = []
        queries = (emails.map { Query(text: $0, isEmail: true) } + names.map { Query(text: $0, isEmail: false) })
            .filter { seen.insert(Array($0.text.utf8)).inserted }
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun:
            if queries.isEmpty { return Self.refuse("emails", "required", "emails or names must hold a query.") }
            if queries.count > Self.queryLimit {
                return Self.refuse("emails", "too_many", "There may be \(Self.queryLimit) emails and names together.")
            }
            if let blank = queries.first(where: { $0.text.folded.isEmpty }) {
                return Self.refuse(blank.isEmail ? "emails" : "names", "invalid_value", "A query must not be blank.")
            }
            return .send(search(cursor: nil))
        case .answered(let exchange): return read(exchange)
        case .failed(let failure, _): return .fail(failure)
        case .recalled, .told, .outdated: return .fail(.unasked)
        }
    }

    private static func refuse(_ field: String, _ code: String, _ text: String) -> Step {
        let error = FieldError(field: field, code: code, message: text)
        return .fail(RPCFailure(.invalidParams, text, errors: [error]))
    }

    private func search(cursor: String?) -> APIRequest {
        let target = ByteBuffer(list.bytes)
        target.append("?limit=100&search=")
        target.appendPercentEncoded(queries[place].text)
        if let cursor {
            target.append("&cursor=")
            target.appendPercentEncoded(cursor)
        }
        return APIRequest(.get, target: target, .read, about: nil)
    }

    private func read(_ exchange: Exchange) -> Step {
        let page: ListPage
        do throws(RPCFailure) {
            page = try ListPage(exchange.answer)
        } catch {
            return .fail(error)
        }
        for item in page.items where matches(item) {
            guard let id = item.member("id")?.string, !matches.contains(where: { $0.id == id }) else { continue }
            matches.append(Match(id: id, json: Self.shown(item, id)))
        }
        switch page.next {
        case .end: break
        case .unreachable: return .fail(ListPage.noCursor)
        case .page(let cursor):
            guard cursors.insert(cursor).inserted else {
                return .fail(RPCFailure(.badResponse, "The API gave the same cursor twice, so the search has no end."))
            }
            return .send(search(cursor: cursor))
        }
        answers.append((queries[place].text, matches))
        (matches, cursors) = ([], [])
        place += 1
        return place < queries.count ? .send(search(cursor: nil)) : .finish(exchange, data: data)
    }

    private func matches(_ contact: JSONSlice) -> Bool {
        let query = queries[place]
        let wanted = query.text.folded
        if query.isEmail {
            return contact.member("emails")?.elements.contains {
                $0.member("email")?.string?.folded == wanted
            } ?? false
        }
        let parts = ["first_name", "last_name"].compactMap { contact.member($0)?.string }
        return parts.joined(separator: " ").folded == wanted
    }

    private static func shown(_ contact: JSONSlice, _ id: String) -> ByteBuffer {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("id", id)
        for name: StaticString in ["first_name", "last_name", "emails"] {
            guard let value = contact.member(name) else { continue }
            json.name(name.description)
            json.raw(value.bytes)
        }
        json.endObject()
        return out
    }

    private var data: ByteBuffer {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.name("found")
        json.beginObject()
        for (query, matches) in answers where matches.count == 1 { json.member(query, matches[0].id) }
        json.endObject()
        json.name("ambiguous")
        json.beginObject()
        for (query, matches) in answers where matches.count > 1 {
            json.name(query)
            json.beginArray()
            for match in matches { json.raw(match.json) }
            json.endArray()
        }
        json.endObject()
        json.member("missing", answers.filter(\.matches.isEmpty).map(\.query))
        json.endObject()
        return out
    }
}

extension String {
    /// In lower case, with single blanks between words and none at the ends.
    fileprivate var folded: String { lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
