import Bytes

/// Reads the body of a write, member by member. Collects all faults and reports them together.
struct BodyReader {
    private let input: JSONInput
    private(set) var errors: [FieldError] = []

    /// Reads `body`, which may have these members. Throws a 422 if it is no object.
    init(_ body: Bytes, members: Set<String>) throws(Problem) {
        guard let input = JSONInput(body) else {
            throw Problem.validation("body", "invalid_json", "The body is not JSON.")
        }
        guard case .object(let all) = input else {
            throw Problem.validation("body", "invalid_type", "The body is not an object.")
        }
        self.input = input
        for name in all.keys.sorted() where !members.contains(name) {
            refuse(name, "unknown_field", "There is no such member here.")
        }
    }

    mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(FieldError(field: field, code: code, message: message))
    }

    /// Throws a 422 with all faults.
    func check() throws(Problem) { if !errors.isEmpty { throw Problem.validation(errors) } }

    private mutating func given(_ name: String, isRequired: Bool, orNull: Bool) -> Given<JSONInput> {
        guard let value = input[name] else {
            if isRequired { refuse(name, "required", "This must be given.") }
            return .absent
        }
        guard case .null = value else { return .value(value) }
        if orNull { return .null }
        refuse(name, "invalid_type", "This can't be null.")
        return .absent
    }

    mutating func text(
        _ name: String, _ length: ClosedRange<Int> = 1...255, isRequired: Bool = false, orNull: Bool = false
    ) -> Given<String> {
        switch given(name, isRequired: isRequired, orNull: orNull) {
        case .absent: return .absent
        case .null: return .null
        case .value(let value):
            guard let text = value.string else {
                refuse(name, "invalid_type", "This is not a string.")
                return .absent
            }
            guard length.contains(text.unicodeScalars.count) else {
                refuse(name, "invalid_length", "Give \(length.lowerBound) to \(length.upperBound) characters.")
                return .absent
            }
            return .value(text)
        }
    }

    mutating func word(_ name: String, _ words: [String], isRequired: Bool = false) -> String? {
        guard let text = text(name, isRequired: isRequired).value else { return nil }
        if !words.contains(text) {
            refuse(name, "invalid_value", "Give \(words.joined(separator: " or ")).")
        }
        return text
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = given(name, isRequired: false, orNull: false).value else { return nil }
        if case .bool(let flag) = value { return flag }
        refuse(name, "invalid_type", "Give true or false.")
        return nil
    }

    mutating func time(_ name: String) -> Timestamp? {
        guard let text = text(name).value else { return nil }
        if let time = Timestamp(text) { return time }
        refuse(name, "invalid_value", "Give a time as in 2026-03-02T09:00:00Z.")
        return nil
    }

    mutating func object(_ name: String) -> Given<JSONInput> {
        let given = given(name, isRequired: false, orNull: true)
        if let value = given.value, !value.isObject {
            refuse(name, "invalid_type", "This is not an object.")
            return .absent
        }
        return given
    }

    /// The objects of a list, each with its path in the body: `emails[2]`.
    mutating func list(_ name: String, isRequired: Bool = false) -> [(field: String, value: JSONInput)]? {
        guard let value = given(name, isRequired: isRequired, orNull: false).value else { return nil }
        guard let elements = value.array else {
            refuse(name, "invalid_type", "This is not a list.")
            return nil
        }
        var items: [(String, JSONInput)] = []
        for (index, element) in elements.enumerated() where errors.count < Problem.errorLimit {
            let field = "\(name)[\(index)]"
            if element.isObject {
                items.append((field, element))
            } else {
                refuse(field, "invalid_type", "This is not an object.")
            }
        }
        return items
    }

    /// A list of `{part, is_primary}`. If none is primary, the first one is.
    mutating func addresses(
        _ name: String, _ part: String, isRequired: Bool = false, needsPrimary: Bool = true,
        _ normalized: (String) -> String?
    ) -> [Address]? {
        guard let items = list(name, isRequired: isRequired) else { return nil }
        var addresses: [Address] = []
        var seen: Set<String> = []
        for (field, item) in items {
            guard let text = item[part]?.string, let value = normalized(text) else {
                refuse("\(field).\(part)", item[part] == nil ? "required" : "invalid_format", "This is no \(part).")
                continue
            }
            var isPrimary = false
            if case .bool(let flag)? = item["is_primary"] {
                isPrimary = flag
            } else if needsPrimary {
                refuse("\(field).is_primary", "required", "Give true or false.")
            }
            if !seen.insert(value.lowercased()).inserted {
                refuse("\(field).\(part)", "duplicate", "This stands twice.")
            }
            addresses.append(Address(value: value, isPrimary: isPrimary))
        }
        if !addresses.isEmpty, !addresses.contains(where: \.isPrimary) { addresses[0].isPrimary = true }
        return addresses
    }

    /// A list of ids without repetition, in order. `known` decides the fate of each.
    mutating func ids(_ name: String, of noun: String, _ known: (String) -> IDFate) -> [String] {
        guard let value = input[name] else {
            refuse(name, "required", "The list of \(noun) ids is missing.")
            return []
        }
        guard let elements = value.array else {
            refuse(name, "invalid_type", "This is not a list of \(noun) ids.")
            return []
        }
        var ids: [String] = []
        var seen: Set<String> = []
        for (index, element) in elements.enumerated() where errors.count < Problem.errorLimit {
            let field = "\(name)[\(index)]"
            guard let id = element.string else {
                refuse(field, "invalid_type", "This is not a string.")
                continue
            }
            switch known(id) {
            case .taken: if seen.insert(id).inserted { ids.append(id) }
            case .passedOver: break
            case .unknown: refuse(field, "not_found", "There is no \(noun) with this id in the workspace.")
            }
        }
        return ids
    }

    /// What to do with an id in a list.
    enum IDFate { case taken, passedOver, unknown }
}
