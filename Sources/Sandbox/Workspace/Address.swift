/// An e-mail address, a phone number or a domain; one of several is primary.
struct Address: Sendable {
    let value: String
    var isPrimary: Bool
    var extra = ExtraMembers.none

    /// Addresses of which the first is primary.
    static func list(_ values: [String]) -> [Address] {
        values.enumerated().map { Address(value: $1, isPrimary: $0 == 0) }
    }
}
