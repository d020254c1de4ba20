import Bytes

/// An id of the API: a prefix that says the kind, then letters and digits.
package struct ResourceID: Hashable {
    /// What it names.
    package let kind: RecordKind
    /// The whole id. ASCII.
    package let text: String

    /// Letters and digits of one id, at most. The API's own have 26.
    package static let lengthLimit = 100

    init(kind: RecordKind, text: String) {
        self.kind = kind
        self.text = text
    }

    /// Reads a whole text; nil if it is no id.
    package init?(_ text: String) {
        let kinds = RecordKind.allCases
        guard let kind = kinds.first(where: { text.utf8.starts(with: $0.prefix.utf8) }) else { return nil }
        let rest = text.utf8.dropFirst(kind.prefix.utf8.count)
        guard !rest.isEmpty, rest.count <= Self.lengthLimit, rest.allSatisfy(\.isAlphanumeric) else { return nil }
        self.init(kind: kind, text: text)
    }
}
