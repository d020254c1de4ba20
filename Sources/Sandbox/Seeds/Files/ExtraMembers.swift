import JSON

/// Members of a seed's object that the sandbox does not know, byte for byte.
struct ExtraMembers: Sendable {
    static let none = ExtraMembers()

    private var members: [(name: String, value: RawJSON)] = []

    mutating func add(_ name: String, _ value: JSONSlice) { members.append((name, RawJSON(value))) }

    /// Writes them into an open object.
    func write(to json: inout JSONWriter) {
        for (name, value) in members {
            json.name(name)
            value.write(to: &json)
        }
    }
}
