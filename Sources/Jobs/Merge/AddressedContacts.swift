/// The contacts that a table of merges names by an address and that may be deleted. Nobody has the address afterwards,
/// so the journal keeps its digest beside the deletion: run again, the merge knows by it who was meant.
package final class AddressedContacts {
    private var digests: [String: String] = [:]

    /// None yet.
    package init() {}

    /// What the journal is to keep of the address by which the contact `id` is named; nil if it is named by the id.
    package func digest(of id: String) -> String? { digests[id] }

    /// Notes that the table names the contact `id` by `address`.
    func note(_ id: String, by address: String) { digests[id] = Self.digest(of: address) }

    /// The digest of an address, whose case does not count: FNV-1a in 16 digits. It is on disks, so it has to stay as
    /// it is.
    package static func digest(of address: String) -> String {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in address.lowercased().utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
