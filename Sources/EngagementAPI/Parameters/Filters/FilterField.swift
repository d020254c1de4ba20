import JSON
import JSONRPC

/// A field that lists can be filtered by, and how.
package struct FilterField: Sendable {
    let name: String
    let kind: any FilterKind
    /// One sentence for documents.
    let summary: String

    init(name: String, kind: any FilterKind, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }

    var operators: [String] { kind.comparisons.map(\.rawValue) }

    /// The field as a member of an object, with its comparisons as members.
    var member: Parameter.Member {
        let comparisons = kind.comparisons.map {
            Parameter.Member(name: $0.rawValue, kind: kind.value(of: $0), isRequired: false, $0.summary)
        }
        return .init(name: name, kind: .object(comparisons), isRequired: false, summary)
    }

    /// Appends the comparisons in `value`. True when there are none.
    func append(
        _ value: JSONSlice, parameter: String, at path: String, to query: inout QueryString
    ) throws(RPCFailure) -> Bool {
        guard value.kind == .object else {
            let shown = operators.joined(separator: ", ")
            throw .invalid(path, "invalid_type", "\(path) must be an object with \(shown).")
        }
        var seen: Set<String> = []
        for member in value.members {
            let word = member.name.string ?? member.name.bytes.text
            guard let comparison = kind.comparisons.first(where: { $0.rawValue == word }) else {
                throw .unknownMember(word, of: path, known: operators)
            }
            let inner = "\(path).\(word)"
            guard seen.insert(word).inserted else { throw .duplicate(inner) }
            let key = "\(parameter)[\(name)][\(word)]"
            try kind.append(member.value, comparison, at: inner, as: key, to: &query)
        }
        return seen.isEmpty
    }
}
