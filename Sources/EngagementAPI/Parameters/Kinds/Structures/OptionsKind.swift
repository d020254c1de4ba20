import Bytes
import JSON
import JSONRPC

/// Terms of a call, which are never sent to the API: `{timeout_ms, max_attempts, run}`, and `progress_token` if the
/// method reports progress.
struct OptionsKind: ParameterKind {
    let takesProgress: Bool

    var shape: ValueShape { .object(members) }
    var limits: String {
        "{`timeout_ms`?, `max_attempts`?, `run`?\(takesProgress ? ", `progress_token`?" : "")}: whole numbers from 1; "
            + "a run's name of \(RunNameKind().limits)"
    }
    var limitsCall: Bool { true }

    private var members: [Parameter.Member] {
        let limits = ["timeout_ms", "max_attempts"].map {
            Parameter.Member(name: $0, kind: .integer(1...(.max)), isRequired: false)
        }
        return limits + [.init(name: "run", kind: .runName, isRequired: false)]
            + (takesProgress ? [.init(name: "progress_token", kind: .any, isRequired: false)] : [])
    }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        ObjectKind(members: members).writeSchema(to: &json, for: reader, orNull: orNull)
    }

    func limit(_ terms: inout CallTerms, by value: JSONSlice, at field: String) throws(RPCFailure) {
        let names = members.map(\.name)
        guard value.kind == .object else {
            let text = "\(field) must be an object with \(names.joined(separator: " and "))."
            throw .invalid(field, "invalid_type", text)
        }
        var seen: Set<String> = []
        for member in value.members {
            let name = member.name.string ?? ""
            let inner = "\(field).\(name.cut(after: 80))"
            guard seen.insert(name).inserted else { throw .duplicate(inner) }
            guard names.contains(name) else {
                let hint = name.nearest(in: names).map { " Did you mean \($0)?" } ?? ""
                throw .invalid(inner, "unknown_parameter", "\(field) has no member \(name.quoted).\(hint)")
            }
            if member.value.kind == .null { continue }
            if name == "progress_token" {
                guard member.value.kind == .string || member.value.integer != nil, member.value.bytes.count <= 256
                else { throw .invalid(inner, "invalid_type", "\(inner) must be a short string or a whole number.") }
                terms.ask(progressToken: Array(member.value.bytes))
                continue
            }
            if name == "run" {
                terms.ask(run: try RunNameKind().text(member.value, at: inner))
                continue
            }
            guard let number = Self.limit(member.value) else {
                throw .invalid(inner, "invalid_value", "\(inner) must be a whole number of at least 1.")
            }
            if name == "timeout_ms" { terms.timeoutMs = number } else { terms.maxAttempts = number }
        }
    }

    /// The largest number that `limit` reads, in bytes: `Double` holds none of more digits before its point.
    private static let longestNumber = 400

    /// A whole number from 1. Beyond 2⁵³ it limits nothing: hosts send the largest that they have where they mean so.
    private static func limit(_ value: JSONSlice) -> Int? {
        if let number = value.integer { return number >= 1 ? number : nil }
        guard value.kind == .number, value.bytes.count <= longestNumber, let number = Double(value.bytes.text),
            number >= 0x1p53, number.isFinite
        else { return nil }
        return .max
    }
}

extension Parameter.Kind {
    static func options(takesProgress: Bool) -> Self { Self(OptionsKind(takesProgress: takesProgress)) }
}
