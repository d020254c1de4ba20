import Bytes
import JSON

/// Reads one object of a seed, member by member, and collects what is wrong with it.
struct ObjectReader {
    /// Where it stands in the file: `engagements[1]`.
    let place: String
    private(set) var faults = SeedFaults()
    /// The members that nobody has asked for yet.
    private var rest: [(name: String, value: JSONSlice)] = []

    init(_ value: JSONSlice, at place: String) {
        self.place = place
        guard value.kind == .object else {
            faults.add(place, "is not an object.")
            return
        }
        var names = JSONNames()
        for member in value.members {
            let name = member.name.string ?? "?"
            if names.insert(member.name) { rest.append((name, member.value)) } else { refuse(name, "stands twice.") }
        }
    }

    /// The members that nobody has asked for.
    var extra: ExtraMembers {
        var extra = ExtraMembers.none
        for (name, value) in rest { extra.add(name, value) }
        return extra
    }

    mutating func refuse(_ name: String, _ text: String) { faults.add("\(place).\(name)", text) }

    /// The value of a member; nil for `null`, and for one that is not there.
    mutating func value(_ name: String) -> JSONSlice? {
        guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
        let value = rest.remove(at: index).value
        return value.kind == .null ? nil : value
    }

    mutating func text(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        if let text = value.string { return text }
        refuse(name, "is not a string.")
        return nil
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        if let flag = value.bool { return flag }
        refuse(name, "is not true or false.")
        return nil
    }

    mutating func time(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        if let time = Timestamp(text) { return Timestamp(milliseconds: time.milliseconds, spelling: text) }
        refuse(name, "\(Self.shown(text)) is not a time such as 2026-03-02T09:00:00Z.")
        return nil
    }

    /// Bytes of an id, at most: no method takes a longer one.
    private static let idLimit = 128

    /// The id, of which there must be one with `prefix`.
    mutating func id(_ prefix: String) -> String? {
        guard let text = text("id") else {
            if faults.isEmpty { refuse("id", "is missing.") }
            return nil
        }
        guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count, text.utf8.count <= Self.idLimit,
            text.utf8.dropFirst(prefix.utf8.count).allSatisfy(\.isAlphanumeric)
        else {
            refuse(
                "id",
                "\(Self.shown(text)) is not an id such as \(prefix)1, of letters and digits, \(Self.idLimit) at most.")
            return nil
        }
        return text
    }

    /// The elements of a list, each with its place.
    mutating func list(_ name: String) -> [(place: String, value: JSONSlice)]? {
        guard let value = value(name) else { return nil }
        guard value.kind == .array else {
            refuse(name, "is not a list.")
            return nil
        }
        return value.elements.enumerated().map { ("\(place).\(name)[\($0)]", $1) }
    }

    /// A member that is an object; what is wrong with it is told as this object's.
    mutating func object<Result>(_ name: String, _ read: (inout ObjectReader) -> Result) -> Result? {
        value(name).map { inside($0, at: "\(place).\(name)", read) }
    }

    /// A list of objects.
    mutating func objects<Result>(_ name: String, _ read: (inout ObjectReader) -> Result) -> [Result] {
        (list(name) ?? []).map { inside($0.value, at: $0.place, read) }
    }

    private mutating func inside<Result>(
        _ value: JSONSlice, at place: String, _ read: (inout ObjectReader) -> Result
    ) -> Result {
        var reader = ObjectReader(value, at: place)
        let result = read(&reader)
        faults.add(reader.faults)
        return result
    }

    /// A list of `{part, is_primary}`. If none is primary, the first one is.
    mutating func addresses(_ name: String, _ part: String) -> [Address] {
        var addresses = objects(name) { reader -> Address? in
            guard let text = reader.text(part), !text.isEmpty else {
                if reader.faults.isEmpty { reader.refuse(part, "is missing.") }
                return nil
            }
            let isPrimary = reader.flag("is_primary") ?? false
            return Address(value: text, isPrimary: isPrimary, extra: reader.extra)
        }.compactMap(\.self)
        if !addresses.isEmpty, !addresses.contains(where: \.isPrimary) { addresses[0].isPrimary = true }
        return addresses
    }

    mutating func association() -> CRMLink? {
        object("crm_association") { reader in
            let (type, id) = (reader.text("object_type") ?? "", reader.text("crm_object_id") ?? "")
            if id.isEmpty, reader.faults.isEmpty { reader.refuse("crm_object_id", "is missing.") }
            let source = reader.text("source") ?? "hubspot"
            return CRMLink(type: type, id: id, source: source, extra: reader.extra)
        }
    }

    /// A text of the file in a fault: in quotes, and not long.
    static func shown(_ text: String) -> String {
        "\"" + (text.count > 60 ? text.prefix(60) + "…" : text[...]) + "\""
    }
}
