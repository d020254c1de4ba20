import Tables

/// The contacts that the journal knows to be deleted: a merge that is run again finds them gone and not unknown.
package struct EarlierDeletions {
    private let ids: Set<String>
    private let addresses: Set<String>
    /// The addresses that the journal is to keep with what this run deletes.
    let names: AddressedContacts

    /// - Parameters:
    ///   - ids: all that were deleted.
    ///   - addresses: the digests of the addresses by which tables named them.
    ///   - names: where the addresses of those who go now are noted.
    package init(
        _ ids: Set<String> = [], addresses: Set<String> = [], names: AddressedContacts = AddressedContacts()
    ) {
        self.ids = ids
        self.addresses = addresses
        self.names = names
    }

    /// Whether somebody whom the API does not know was deleted.
    func hold(_ person: PersonReference) -> Bool {
        switch person {
        case .id(let id): ids.contains(id)
        case .address(let address): addresses.contains(AddressedContacts.digest(of: address))
        }
    }
}
