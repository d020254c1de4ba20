/// A person as a cell of a table names them.
package enum PersonReference: Hashable, Sendable {
    /// A contact's id: `cnt_…`.
    case id(String)
    /// An e-mail address, as the cell spells it.
    case address(String)

    /// The text in the cell.
    package var text: String {
        switch self {
        case .id(let text), .address(let text): text
        }
    }

    /// By bytes: Swift's strings compare canonically, and the API does not.
    package static func == (left: PersonReference, right: PersonReference) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
