import Bytes
import Foundation
import JSON

/// The terms of a list request: which objects, in which order, and from where.
struct ListQuery {
    private struct Condition {
        enum Test {
            case words(Set<String>)
            case time(String, Timestamp)
        }
        let name: String
        let test: Test
    }

    let expand: Expand
    /// The name of the collection.
    private let name: String
    private var limit = 25
    private var isAscending = false
    private var search = ""
    private var after: (time: Timestamp, id: String)?
    /// All conditions must hold.
    private var conditions: [Condition] = []
    /// Wanted words by filter; a record must have one of each list. Ids and CRM objects share a list.
    private var buckets: [String: Set<String>] = [:]

    /// Reads `query` for `collection`. Throws a 400 for an unknown parameter, a 422 for a bad value.
    init(_ query: Query, of collection: Collection) throws(Problem) {
        var expand: Expand = []
        var associations = CRMFilter()
        for (name, value) in query.parameters {
            switch name {
            case "limit":
                guard let number = Int(value), 1...100 ~= number else {
                    throw Problem.validation("limit", "invalid_range", "Give a whole number from 1 to 100.")
                }
                limit = number
            case "cursor":
                guard let cursor = Cursor.decode(value, of: collection.name) else {
                    throw Problem.validation(
                        "cursor", "invalid_cursor", "Give the next_cursor of an earlier page of this list.")
                }
                after = cursor
            case "order_by":
                guard value == "updated_at:asc" || value == "updated_at:desc" else {
                    throw Problem.validation("order_by", "invalid_value", "Give updated_at:asc or updated_at:desc.")
                }
                isAscending = value == "updated_at:asc"
            case "search" where collection.isSearchable: search = value.lowercased()
            case "expand" where collection.name == "engagements": expand = try Expand(list: value)
            default:
                if !collection.associations.isEmpty, try associations.note(name, value) { continue }
                let condition = try Self.condition(name, value, collection)
                if case .words(let words) = condition.test, collection.associations.values.contains(condition.name) {
                    buckets[condition.name, default: []].formUnion(words)
                } else {
                    conditions.append(condition)
                }
            }
        }
        buckets.merge(try associations.words(collection.associations)) { $0.union($1) }
        self.expand = expand
        name = collection.name
    }

    /// Reads `filter[start_at][gte]=…`.
    private static func condition(
        _ parameter: String, _ value: String, _ collection: Collection
    ) throws(Problem) -> Condition {
        let parts = parameter.split(separator: "[", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "filter", parts[1].last == "]", parts[2].last == "]",
            let filter = collection.filters[String(parts[1].dropLast())]
        else { throw Query.unknown(parameter) }
        let name = String(parts[1].dropLast())
        let comparison = String(parts[2].dropLast())
        switch (filter, comparison) {
        case (.time, "gt"), (.time, "gte"), (.time, "lt"), (.time, "lte"):
            guard let time = Timestamp(value) else {
                throw Problem.validation(parameter, "invalid_value", "Give a time as in 2026-03-02T09:00:00Z.")
            }
            return Condition(name: name, test: .time(comparison, time))
        case (.word, "eq"): return Condition(name: name, test: .words([value]))
        case (.words(let known), "eq"), (.words(let known), "in"):
            let words =
                comparison == "eq"
                ? [value] : value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard words.count <= Collection.Filter.wordLimit, !words.contains("") else {
                let message = "Give up to \(Collection.Filter.wordLimit) values, none of them empty."
                throw Problem.validation(parameter, "invalid_value", message)
            }
            guard known.isEmpty || known.isSuperset(of: words) else {
                let message = "Give one of \(known.sorted().joined(separator: ", "))."
                throw Problem.validation(parameter, "invalid_value", message)
            }
            return Condition(name: name, test: .words(Set(words)))
        default: throw Query.unknown(parameter)
        }
    }

    /// The page of `records`, and the cursor of the next one; nil if this is the last.
    func select(from records: [Record], of workspace: Workspace) -> ([Record], String?) {
        func isBefore(_ left: (Timestamp, String), _ right: (Timestamp, String)) -> Bool {
            isAscending ? left < right : left > right
        }
        let found =
            records
            .filter { record in
                guard search.isEmpty || Self.contains(record.searchText.lowercased(), search) else { return false }
                guard conditions.allSatisfy({ Self.meets(record, $0) }) else { return false }
                guard buckets.allSatisfy({ !$1.isDisjoint(with: workspace.words(of: record, $0)) }) else {
                    return false
                }
                guard let after else { return true }
                return isBefore((after.time, after.id), (record.updatedAt, record.id))
            }
            .sorted { isBefore(($0.updatedAt, $0.id), ($1.updatedAt, $1.id)) }
        let page = Array(found.prefix(limit))
        guard found.count > page.count, let last = page.last else { return (page, nil) }
        return (page, Cursor.encode(last.updatedAt, last.id, of: name))
    }

    private static func meets(_ record: Record, _ condition: Condition) -> Bool {
        switch condition.test {
        case .words(let wanted): return record.words(condition.name).contains(where: wanted.contains)
        case .time(let comparison, let limit):
            let time = condition.name == "updated_at" ? record.updatedAt : record.time(condition.name)
            guard let time else { return false }
            switch comparison {
            case "gt": return time > limit
            case "gte": return time >= limit
            case "lt": return time < limit
            default: return time <= limit
            }
        }
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
