import Bytes

/// The associations that `filter[crm_associations][eq]` names: as one JSON list, or as `[eq][0][id]=…` and
/// `[eq][0][object_type]=…`.
struct CRMFilter {
    /// Associations in one request, at most.
    static let limit = 20
    private static let prefix = "filter[crm_associations][eq]"

    private var items: [Int: (type: String?, id: String?)] = [:]

    /// Adds a parameter. False when it is not about associations.
    mutating func note(_ parameter: String, _ value: String) throws(Problem) -> Bool {
        guard parameter.hasPrefix(Self.prefix) else { return false }
        let rest = parameter.dropFirst(Self.prefix.count)
        if rest.isEmpty {
            try readList(value)
            return true
        }
        let parts = rest.split(separator: "[", omittingEmptySubsequences: false).map { $0.dropLast() }
        guard parts.count == 3, rest == "[\(parts[1])][\(parts[2])]", let index = Int(parts[1]), index >= 0 else {
            throw Query.unknown(parameter)
        }
        guard index < Self.limit else { throw Self.tooMany }
        switch parts[2] {
        case "id": items[index, default: (nil, nil)].id = value
        case "object_type": items[index, default: (nil, nil)].type = value
        default: throw Query.unknown(parameter)
        }
        return true
    }

    /// The words to look for, by filter. `names` has the filter of each object type.
    func words(_ names: [String: String]) throws(Problem) -> [String: Set<String>] {
        var words: [String: Set<String>] = [:]
        for item in items.values {
            guard let id = item.id, !id.isEmpty, let type = item.type, let name = names[type] else {
                let types = names.keys.sorted().joined(separator: ", ")
                let message = "Each needs an id, and an object_type out of \(types)."
                throw Problem.validation(Self.prefix, "invalid_value", message)
            }
            words[name, default: []].insert(Self.word(id))
        }
        return words
    }

    /// The word in a record for the CRM object with this id. It never equals an id of the workspace.
    static func word(_ id: String) -> String { "crm:\(id)" }

    private static var tooMany: Problem {
        Problem.validation(prefix, "too_many", "There can be \(limit) associations.")
    }

    private mutating func readList(_ value: String) throws(Problem) {
        let bytes = ByteBuffer(value.utf8)
        guard let list = withExtendedLifetime(bytes, { JSONInput(bytes.bytes) })?.array else {
            throw Problem.validation(Self.prefix, "invalid_value", "Give a list of objects, as JSON.")
        }
        for (index, element) in list.enumerated() {
            guard index < Self.limit else { throw Self.tooMany }
            items[index] = (element["object_type"]?.string, element["id"]?.string)
        }
    }
}
