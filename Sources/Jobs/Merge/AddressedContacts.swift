import Bytes
import Journal

/// The contacts that a table of merges names by an address and that may be deleted. Nobody has the address afterwards,
/// so the journal keeps its digest beside the deletion: run again, the merge knows by it who was meant.
package final class AddressedContacts {
    private var digests: [String: String] = [:]

    /// None yet.
    package init() {}

    /// What the journal is to keep of the address by which the contact `id` is named; nil if it is named by the id.
    package func digest(of id: String) -> String? { digests[id] }

    /// What the journal is to keep with the line before a write.
    package func digest(for event: JournalEvent) -> String? {
        event.method == "contact.delete" ? digest(of: event.resource) : nil
    }

    /// Notes that the table names the contact `id` by `address`.
    func note(_ id: String, by address: String) { digests[id] = Self.digest(of: address) }

    /// The digest of an address, whose case does not count: FNV-1a in 16 digits. It is on disks, so it has to stay as
    /// it is.
    package static func digest(of address: String) -> String {
        let bytes = address.lowercased().utf8
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return hash.padded(to: 16, radix: 16)
    }
}
