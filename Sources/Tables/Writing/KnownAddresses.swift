/// Who has which address, so that a table names people by an address that is theirs alone.
package struct KnownAddresses {
    /// The contact who has an address, in small letters; nil where several have it.
    private var owners: [String: String?] = [:]

    /// Knows nobody.
    package init() {}

    /// Notes all addresses of a contact. Calendar resources have addresses, too.
    package mutating func note(id: String, addresses: [String]) {
        for address in addresses {
            let key = Self.key(address)
            switch owners[key] {
            case .none: owners[key] = .some(id)
            case .some(let owner): if owner != id { owners[key] = .some(nil) }
            }
        }
    }

    /// How a table names a contact who was noted: by the first of `addresses` that nobody else has and that a cell can
    /// hold, or else by `id`.
    package func reference(id: String, addresses: [String]) -> PersonReference {
        let own = addresses.first { address in
            var address = address
            return owners[Self.key(address)] == .some(id) && address.withUTF8 { PersonReference.isAddress(.init($0)) }
        }
        return own.map { .address($0) } ?? .id(id)
    }

    private static func key(_ address: String) -> String {
        var key = ""
        for scalar in address.unicodeScalars {
            let isCapital = 0x41...0x5A ~= scalar.value
            key.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
        }
        return key
    }
}
