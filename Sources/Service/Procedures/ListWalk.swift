import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Reads a list page after page within the call's time. Elements are copied byte for byte, or cut to the wanted fields.
/// A walk that stops early after its first page still returns what it has.
///
/// By default it goes from the oldest change to the newest: an element edited meanwhile comes again at the end, and
/// can't move to pages already read. Of elements with the same `id` only the last counts, at its own place.
final class ListWalk: Procedure {
    /// The target without `limit` and `cursor`.
    private let target: ByteBuffer
    private let pageLimit: Int
    private let maxItems: Int
    private let fields: FieldSelection?
    private var cursor: String?
    /// Where the walk begins, percent-encoded; nil for the first page.
    private let firstCursor: String?
    private var seen: Set<String> = []
    /// The result's `data` as JSON, still open after its last item.
    private let list = ByteBuffer(capacity: 64 * 1024)
    /// The range in `list` of each element and its comma; empty for a superseded one.
    private var spans: [Range<Int>] = []
    private var places = ElementPlaces()
    /// The number of elements that count, and the bytes of superseded ones.
    private var (items, superseded) = (0, 0)
    private var pages = 0
    private var last: Exchange?
    /// The cursor of the page being read, as the API spelled it: after a failure a caller resumes there.
    private var lastCursor: String?

    /// Bytes of all items together, at most.
    private static let byteLimit = 64 * 1024 * 1024
    private static let largestPage = 100
    /// Bytes that close the list, without the cursor, at most.
    private static let closingRoom = 256

    /// - Parameter target: the bound path and query, which may hold a `limit` and the `cursor` to begin at.
    init(_ target: Bytes, _ shaping: Shaping) {
        let text = target.text
        let mark = text.firstIndex(of: "?") ?? text.endIndex
        var (kept, limit, isOrdered) = ("", Self.largestPage, false)
        for pair in text[mark...].dropFirst().split(separator: "&") {
            if pair.hasPrefix("limit=") {
                limit = Int(pair.dropFirst("limit=".count)) ?? limit
            } else if pair.hasPrefix("cursor=") {
                cursor = String(pair.dropFirst("cursor=".count))
            } else {
                kept += (kept.isEmpty ? "?" : "&") + pair
                isOrdered = isOrdered || pair.hasPrefix("order_by=")
            }
        }
        if !isOrdered { kept += (kept.isEmpty ? "?" : "&") + Self.order }
        firstCursor = cursor
        self.target = ByteBuffer(text: text[..<mark] + kept)
        pageLimit = limit
        maxItems = shaping.walk.maxItems
        fields = shaping.fields
        list.append(Self.opening)
    }

    private static let order = "order_by=updated_at%3Aasc"
    private static let opening: StaticString = "{\"object\":\"list\",\"data\":["

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: return .send(request)
        case .answered(let exchange): return read(exchange)
        case .recalled, .told, .outdated: return .fail(.unasked)
        case .failed(let failure, _):
            // Without a first page there is nothing to return.
            guard let last else { return .fail(failure) }
            return finish(last, failure, nextCursor: lastCursor)
        }
    }

    private var request: APIRequest {
        let next = ByteBuffer(capacity: 256)
        next.append(target)
        next.append(target.bytes.contains(UInt8(ascii: "?")) ? "&" : "?")
        next.append("limit=")
        next.append(decimal: min(pageLimit, maxItems - items))
        if let cursor {
            next.append("&cursor=")
            next.append(text: cursor)
        }
        return APIRequest(.get, target: next, .read, about: nil)
    }

    private func read(_ exchange: Exchange) -> Step {
        let page: ListPage
        do throws(RPCFailure) {
            page = try ListPage(exchange.answer)
        } catch {
            guard let last else { return .fail(error) }
            var failure = error
            failure.adopt(exchange)
            return finish(last, failure, nextCursor: lastCursor)
        }
        // A page that doesn't fit into memory is left out whole, so its cursor still leads to all of it.
        guard list.tryReserve(exchange.answer.count + Self.closingRoom) else {
            guard let last else { return .fail(.noMemory) }
            return finish(last, .noMemory, nextCursor: lastCursor)
        }
        last = exchange
        pages += 1
        for item in page.items {
            if hold(item) { continue }
            // The page is longer than requested. The caller resumes with the same page, and misses nothing.
            let text = "max_items was reached inside a page that is longer than asked for; next_cursor is that page's."
            return finish(exchange, stoppedBy: "max_items", text, nextCursor: lastCursor ?? firstCursor?.percentDecoded)
        }
        if list.count > Self.byteLimit || superseded > list.count / 2 { dropSuperseded() }
        let next: String
        switch page.next {
        case .end: return finish(exchange)
        case .unreachable: return finish(exchange, ListPage.noCursor)
        case .page(let cursor): next = cursor
        }
        let encoded = ByteBuffer()
        encoded.appendPercentEncoded(next)
        let isNew = seen.insert(next).inserted
        cursor = encoded.bytes.text
        if !isNew {
            let text = "The API gave the same cursor twice, so the list has no end that can be reached."
            return finish(exchange, RPCFailure(.badResponse, text), nextCursor: next)
        }
        if items >= maxItems {
            return finish(exchange, stoppedBy: "max_items", "max_items was reached.", nextCursor: next)
        }
        if list.count > Self.byteLimit || places.byteCount > Self.byteLimit {
            return finish(exchange, stoppedBy: "too_large", "The list so far is over 64 MiB.", nextCursor: next)
        }
        lastCursor = next
        return .tell(.list(items: items, pages: pages), then: .send(request))
    }

    /// Adds an element, which supersedes an earlier one of the same `id`; false when it would exceed `maxItems`.
    private func hold(_ item: JSONSlice) -> Bool {
        let id = item.member("id")
        if items >= maxItems, id.map({ places.hold($0) }) != true { return false }
        if let earlier = id.flatMap({ places.put($0, spans.count) }) {
            superseded += spans[earlier].count
            spans[earlier] = 0..<0
        } else {
            items += 1
        }
        let start = list.count
        if let fields {
            if !fields.append(item, to: list) { list.truncate(to: start) }
        } else {
            list.append(item.bytes)
        }
        if list.count > start { list.append(",") }
        spans.append(start..<list.count)
        return true
    }

    /// Removes superseded elements from `list`.
    private func dropSuperseded() {
        guard superseded > 0, let bytes = list.mutableBytes.baseAddress else { return }
        var end = Self.opening.utf8CodeUnitCount
        for (number, span) in spans.enumerated() where !span.isEmpty {
            (bytes + end).copyMemory(from: bytes + span.lowerBound, byteCount: span.count)
            spans[number] = end..<end + span.count
            end += span.count
        }
        list.truncate(to: end)
        superseded = 0
    }

    private func finish(_ exchange: Exchange, _ failure: RPCFailure, nextCursor: String? = nil) -> Step {
        var failure = failure
        // The facts of the head lead to the answer in the API's log.
        if failure.kind == .badResponse, failure.status == nil { failure.adopt(exchange) }
        return finish(exchange, stoppedBy: failure.kind.rawValue, failure.message, failure, nextCursor: nextCursor)
    }

    private func finish(
        _ exchange: Exchange, stoppedBy reason: String? = nil, _ message: String = "", _ failure: RPCFailure? = nil,
        nextCursor: String? = nil
    ) -> Step {
        dropSuperseded()
        if list.count > Self.opening.utf8CodeUnitCount { list.truncate(to: list.count - 1) }
        list.append("],\"has_more\":")
        list.append(text: reason == nil ? "false" : "true")
        list.append(",\"next_cursor\":")
        if let next = nextCursor {
            JSONWriter.appendString(next, to: list)
        } else {
            list.append("null")
        }
        list.append("}")
        let meta = ByteBuffer()
        meta.append(",\"pages\":")
        meta.append(decimal: pages)
        if let reason {
            meta.append(",\"stopped_by\":")
            var json = JSONWriter(meta)
            json.beginObject()
            json.member("kind", reason)
            json.member("message", message.printable)
            if let failure {
                json.name("error")
                failure.write(to: &json)
            }
            json.endObject()
        }
        return .finish(exchange, data: list, meta: meta)
    }
}
