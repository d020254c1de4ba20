extension Parameter {
    /// What it may hold, in a few words for people.
    public var limits: String { kind.limits }
}

extension Parameter.Kind {
    fileprivate var limits: String {
        switch self {
        case .id(let prefix): "id, `\(prefix)…`"
        case .ids(let prefix): "list of ids, `\(prefix)…`"
        case .choices(let choices): "list of words: \(Self.listed(choices.map(\.value)))"
        case .word(let words): Self.listed(words)
        case .text(let minimum, let maximum): "text, \(minimum) to \(maximum) characters"
        case .formatted(let format, let maximum): "text that \(format.rule), at most \(maximum) characters"
        case .integer(let range):
            range.upperBound == .max
                ? "whole number from \(range.lowerBound)" : "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .flag: "`true` or `false`"
        case .time: "RFC 3339 time, sent in UTC"
        case .object(let members): "{\(Self.listed(members))}"
        case .list(let kind, let maximum): "list, at most \(maximum), of \(kind.limits)"
        case .nullable(let kind): kind.limits + ", or `null`"
        case .filter(let fields):
            fields.map { "`\($0.name)` {\(Self.listed($0.kind.operators))}\($0.limits)" }.joined(separator: "; ")
        case .fields: "list of names or dotted paths"
        case .openObject: "object"
        case .any: "any JSON"
        case .options(let takesProgress):
            "{`timeout_ms`?, `max_attempts`?\(takesProgress ? ", `progress_token`?" : "")}, whole numbers from 1"
        }
    }

    private static func listed(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

    private static func listed(_ members: [Parameter.Member]) -> String {
        members.map { "`\($0.name)`\($0.isRequired ? "" : "?"): \($0.kind.limits)" }.joined(separator: "; ")
    }
}

extension FilterField {
    /// What its values are, behind its comparisons.
    fileprivate var limits: String {
        switch kind {
        case .words(let words): " of " + words.map { "`\($0)`" }.joined(separator: ", ")
        case .ids(let prefix): " of `\(prefix)…`, at most \(Self.idLimit)"
        case .text: " of text"
        case .time: " of RFC 3339 times"
        case .associations(let types):
            " of {`id`, `object_type`: \(types.map { "`\($0)`" }.joined(separator: ", "))}, at most "
                + "\(Self.associationLimit)"
        }
    }
}
