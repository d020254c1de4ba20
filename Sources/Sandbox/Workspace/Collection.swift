import Bytes

/// A kind of object, and all objects of that kind.
final class Collection {
    /// How a filter compares: with one word, with some of `known` (any word if that is empty), or with a time.
    enum Filter {
        case word, words(known: Set<String> = []), time

        /// Words that one filter may have, at most.
        static let wordLimit = 25
    }

    /// The scopes for reading and for writing; nil if nobody can write.
    struct Access {
        let read: Scope
        var write: Scope?
    }

    /// The name in the path: `contacts`.
    let name: String
    /// The noun in sentences and in `object`: `contact`.
    let noun: String
    /// The prefix of its ids.
    let prefix: String
    let access: Access
    let isSearchable: Bool
    /// Whether its objects have an ETag.
    let hasETag: Bool
    let filters: [String: Filter]
    /// For each type of CRM object that `filter[crm_associations]` takes, the words of a record it is compared with.
    let associations: [String: String]
    private var records: [Record]
    private var places: [String: Int]
    /// Makes the archive, when a list, a search or an unknown id first needs it.
    private var rest: (() -> [Record])?
    private var created = 0

    init(
        _ name: String, noun: String, prefix: String, _ access: Access, isSearchable: Bool = true,
        hasETag: Bool = false, filters: [String: Filter] = [:], associations: [String: String] = [:],
        records: [Record], rest: (() -> [Record])? = nil
    ) {
        self.name = name
        self.noun = noun
        self.prefix = prefix
        self.access = access
        self.isSearchable = isSearchable
        self.hasETag = hasETag
        self.filters = filters.merging(["updated_at": .time]) { first, _ in first }
        self.associations = associations
        self.records = records
        self.rest = rest
        places = Dictionary(records.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    /// The object with this id; nil if there is none, or it is deleted.
    subscript(id: String) -> Record? {
        if places[id] == nil { makeRest() }
        return places[id].map { records[$0] }.flatMap { $0.isDeleted ? nil : $0 }
    }

    /// Every object that is not deleted.
    var all: [Record] {
        makeRest()
        return records.filter { !$0.isDeleted }
    }

    /// The objects that exist already.
    var made: [Record] { records }

    /// The id of the next new object: the same sequence after each start.
    func nextID() -> String {
        while true {
            created += 1
            let id = "\(prefix)new\(created.padded(to: 5))"
            if places[id] == nil { return id }
        }
    }

    func add(_ record: Record) {
        places[record.id] = records.count
        records.append(record)
    }

    private func makeRest() {
        guard let make = rest else { return }
        rest = nil
        for record in make() { add(record) }
    }
}
