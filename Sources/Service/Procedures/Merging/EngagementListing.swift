import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Reads all engagements of one contact, page after page, with who is on each.
///
/// It goes from the oldest change to the newest: an engagement that changes meanwhile comes again at the end, and can't
/// move to a page that was read. Of one that comes twice, the last counts.
struct EngagementListing {
    /// An engagement as a page shows it.
    struct Item {
        let id: String
        let title: String?
        /// Who is on it; nil where the page does not say.
        let contacts: ContactSet?
    }

    /// The engagements read so far, in the API's order.
    var items: [Item] { engagementItems }
    var pages: Int { pageCount }
    private var engagementItems: [Item] = []
    private var pageCount = 0
    private let contactID: String
    private var places: [String: Int] = [:]
    private var cursor: String?
    private var cursors: Set<String> = []
    /// Before this place of `items`, it is known of each who is on it.
    private var firstUnread = 0

    /// Engagements of one contact, at most.
    private static let limit = 100_000

    init(of contactID: String) { self.contactID = contactID }

    /// The request for the next page.
    var request: APIRequest {
        let target = Self.target(of: contactID, "order_by=updated_at%3Aasc&expand=contacts&limit=100")
        if let cursor {
            target.append("&cursor=")
            target.appendPercentEncoded(cursor)
        }
        return APIRequest(.get, target: target, .read, about: nil)
    }

    /// The request for any one engagement of a contact, with who is on it.
    static func look(of contactID: String) -> APIRequest {
        APIRequest(.get, target: target(of: contactID, "expand=contacts&limit=1"), .read, about: nil)
    }

    private static func target(of contactID: String, _ query: StaticString) -> ByteBuffer {
        let target = ByteBuffer(capacity: 256)
        target.append("/v2/contacts/")
        target.appendPercentEncoded(contactID)
        target.append("/engagements?")
        target.append(query)
        return target
    }

    /// Reads a page; returns whether another follows.
    mutating func read(_ exchange: Exchange) throws(RPCFailure) -> Bool {
        let page = try ListPage(exchange.answer)
        pageCount += 1
        for item in page.items { try keep(item) }
        switch page.next {
        case .end: return false
        case .unreachable: throw ListPage.noCursor
        case .page(let next):
            guard cursors.insert(next).inserted else {
                throw RPCFailure(
                    .badResponse, "The API gave the same cursor twice, so the list of engagements has no end.")
            }
            cursor = next
            return true
        }
    }

    private mutating func keep(_ item: JSONSlice) throws(RPCFailure) {
        // The id becomes part of a path.
        guard let id = item.member("id")?.string, Parameter.engagementID.takes(id: id) else {
            throw RPCFailure(.badResponse, "The API's list has an engagement without a usable id.")
        }
        let contacts = item.member("contacts").flatMap { ContactSet(list: $0) }
        let found = Item(id: id, title: item.member("title")?.string, contacts: contacts)
        if let place = places[id] { return engagementItems[place] = found }
        guard items.count < Self.limit else {
            throw RPCFailure(.badResponse, "The contact is on more than \(Self.limit) engagements.")
        }
        places[id] = items.count
        engagementItems.append(found)
    }

    /// The next engagement of which no page said who is on it, and the request that reads it; nil if there is none.
    var unread: (place: Int, request: APIRequest)? {
        guard let place = items[firstUnread...].firstIndex(where: { $0.contacts == nil }) else { return nil }
        let target = ByteBuffer(text: "/v2/engagements/\(items[place].id)?expand=contacts")
        return (place, APIRequest(.get, target: target, .read, about: .id))
    }

    /// Takes over who is on an engagement that was read by itself.
    mutating func complete(_ place: Int, by exchange: Exchange) throws(RPCFailure) {
        guard let contacts = ContactSet(exchange.answer) else {
            throw RPCFailure(.badResponse, "The API's answer does not list the contacts with their ids.")
        }
        let item = engagementItems[place]
        engagementItems[place] = Item(id: item.id, title: item.title, contacts: contacts)
        firstUnread = place + 1
    }
}
