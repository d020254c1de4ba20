import Bytes
import JSON
import JSONRPC

/// Checks values against what a parameter may hold, and writes them as the API takes them. `field` is the path of the
/// value, which a refusal names: `emails[0].email`.
enum ValueCheck {
    /// Bytes of one id, at most.
    static let idLimit = 128

    static func refusal(_ field: String, _ code: String, _ message: String) -> RPCFailure {
        RPCFailure(.invalidParams, message, errors: [FieldError(field: field, code: code, message: message)])
    }

    /// Appends `value` to a body, once it is known to be of `kind`.
    static func append(
        _ value: JSONSlice, _ kind: Parameter.Kind, _ field: String, to body: ByteBuffer
    ) throws(RPCFailure) {
        switch kind {
        case .ids(let prefix): try appendIDs(value, prefix, field, to: body)
        case .id(let prefix):
            body.append("\"")
            try appendID(value, prefix, field, to: body)
            body.append("\"")
        case .text(let minimum, let maximum):
            _ = try text(value, minimum, maximum, field)
            body.append(value.bytes)
        case .formatted(let format, let maximum):
            guard format.fits(try text(value, 0, maximum, field)) else {
                throw refusal(field, "invalid_format", "\(field) \(format.rule).")
            }
            body.append(value.bytes)
        case .openObject:
            guard value.kind == .object else { throw refusal(field, "invalid_type", "\(field) must be an object.") }
            body.append(value.bytes)
        case .word(let words):
            _ = try word(value, words, field)
            body.append(value.bytes)
        case .integer(let range): body.append(decimal: try integer(value, range, field))
        case .flag: body.append(text: try flag(value, field) ? "true" : "false")
        case .time:
            body.append("\"")
            body.append(text: try time(value, field))
            body.append("\"")
        case .nullable(let kind):
            if value.kind == .null { body.append("null") } else { try append(value, kind, field, to: body) }
        case .object(let members): try appendObject(value, members, field, to: body)
        case .list(let kind, let maximum): try appendList(value, kind, maximum, field, to: body)
        case .any: body.append(value.bytes)
        case .choices, .filter, .fields, .options: preconditionFailure("\(field): this kind has no place in a body")
        }
    }

    private static func appendObject(
        _ value: JSONSlice, _ members: [Parameter.Member], _ field: String, to body: ByteBuffer
    ) throws(RPCFailure) {
        let names = members.map(\.name)
        guard value.kind == .object else {
            throw refusal(field, "invalid_type", "\(field) must be an object with \(names.joined(separator: ", ")).")
        }
        var seen: Set<String> = []
        body.append("{")
        for member in value.members {
            let name = member.name.string ?? member.name.bytes.text
            guard let found = members.first(where: { $0.name == name }) else {
                throw unknown(name, in: field, names)
            }
            let inner = "\(field).\(name)"
            guard seen.insert(name).inserted else { throw refusal(inner, "duplicate", "\(inner) stands twice.") }
            if seen.count > 1 { body.append(",") }
            body.append("\"")
            body.append(text: name)
            body.append("\":")
            try append(member.value, found.kind, inner, to: body)
        }
        body.append("}")
        if let missing = members.first(where: { $0.isRequired && !seen.contains($0.name) }) {
            throw refusal("\(field).\(missing.name)", "required", "\(field).\(missing.name) is missing.")
        }
    }

    /// A name that an object at `field` does not have.
    static func unknown(_ name: String, in field: String, _ names: [String]) -> RPCFailure {
        let hint = name.nearest(in: names).map { "Did you mean \($0)?" } ?? "It takes \(names.joined(separator: ", "))."
        return refusal(
            "\(field).\(name.cut(after: 80))", "unknown_member", "\(field) has no member \(name.quoted). \(hint)")
    }

    private static func appendList(
        _ value: JSONSlice, _ kind: Parameter.Kind, _ maximum: Int, _ field: String, to body: ByteBuffer
    ) throws(RPCFailure) {
        guard value.kind == .array else { throw refusal(field, "invalid_type", "\(field) must be an array.") }
        body.append("[")
        var index = 0
        for element in value.elements {
            guard index < maximum else {
                throw refusal(field, "too_many", "\(field) may have at most \(maximum) elements.")
            }
            if index > 0 { body.append(",") }
            try append(element, kind, "\(field)[\(index)]", to: body)
            index += 1
        }
        body.append("]")
    }

    // MARK: Ids

    private static func appendIDs(
        _ value: JSONSlice, _ prefix: String, _ field: String, to body: ByteBuffer
    ) throws(RPCFailure) {
        guard value.kind == .array else {
            throw refusal(field, "invalid_type", "\(field) must be an array of ids such as [\"\(prefix)01HQY3\"].")
        }
        body.append("[")
        var index = 0
        for element in value.elements {
            if index > 0 { body.append(",") }
            body.append("\"")
            // The field's name is only needed for a refusal, and this list can be 100,000 long.
            do throws(RPCFailure) {
                try appendID(element, prefix, field, to: body)
            } catch {
                throw badID(element, prefix, "\(field)[\(index)]")
            }
            body.append("\"")
            index += 1
        }
        body.append("]")
    }

    /// Appends an id after checking each byte: prefix, then ASCII letters and digits only.
    static func appendID(
        _ value: JSONSlice, _ prefix: String, _ field: String, to out: ByteBuffer
    ) throws(RPCFailure) {
        if let plain = value.plainString {
            guard isID(plain, prefix) else { throw badID(value, prefix, field) }
            out.append(plain)
            return
        }
        guard let decoded = value.string, isID(decoded, prefix) else { throw badID(value, prefix, field) }
        out.append(text: decoded)
    }

    static func isID(_ text: String, _ prefix: String) -> Bool {
        let bytes = ByteBuffer(text.utf8)
        return withExtendedLifetime(bytes) { isID(bytes.bytes, prefix) }
    }

    private static func isID(_ bytes: Bytes, _ prefix: String) -> Bool {
        let start = prefix.utf8.count
        guard bytes.count > start, bytes.count <= idLimit else { return false }
        var at = 0
        for byte in prefix.utf8 {
            if bytes[at] != byte { return false }
            at += 1
        }
        while at < bytes.count {
            if !bytes[at].isAlphanumeric { return false }
            at += 1
        }
        return true
    }

    static func badID(_ value: JSONSlice, _ prefix: String, _ field: String) -> RPCFailure {
        let rule = "an id is \(prefix) and then letters and digits, \(idLimit) at most"
        guard value.kind == .string else {
            return refusal(field, "invalid_type", "\(field) must be a string: \(rule).")
        }
        return refusal(field, "invalid_format", "\(field) is not an id of the right kind: \(rule).")
    }

    // MARK: Simple values

    static func text(_ value: JSONSlice, _ minimum: Int, _ maximum: Int, _ field: String) throws(RPCFailure) -> String {
        guard value.kind == .string else { throw refusal(field, "invalid_type", "\(field) must be a string.") }
        guard let text = value.string else {
            throw refusal(
                field, "invalid_format", "\(field) holds half of a surrogate pair, which is no character.")
        }
        let count = text.unicodeScalars.count
        guard count <= maximum else {
            throw refusal(field, "too_long", "\(field) may have at most \(maximum) characters.")
        }
        guard count >= minimum else {
            throw refusal(
                field, "too_short", "\(field) must have at least \(minimum) character\(minimum == 1 ? "" : "s").")
        }
        return text
    }

    static func flag(_ value: JSONSlice, _ field: String) throws(RPCFailure) -> Bool {
        guard let bool = value.bool else {
            throw refusal(field, "invalid_type", "\(field) must be true or false.")
        }
        return bool
    }

    static func integer(
        _ value: JSONSlice, _ range: ClosedRange<Int>, _ field: String
    ) throws(RPCFailure) -> Int {
        guard let number = value.integer, range.contains(number) else {
            let text = "\(field) must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            throw refusal(field, value.kind == .number ? "invalid_range" : "invalid_type", text)
        }
        return number
    }

    static func time(_ value: JSONSlice, _ field: String) throws(RPCFailure) -> String {
        guard value.kind == .string, let text = value.string, let time = RFC3339.inUTC(text) else {
            let text = "\(field) must be a time as in 2026-01-31T09:00:00Z (RFC 3339)."
            throw refusal(field, value.kind == .string ? "invalid_format" : "invalid_type", text)
        }
        return time
    }

    static func word(_ value: JSONSlice, _ words: [String], _ field: String) throws(RPCFailure) -> String {
        guard let word = value.string, words.contains(word) else { throw notAWord(value, words, field) }
        return word
    }

    static func notAWord(_ value: JSONSlice, _ words: [String], _ field: String) -> RPCFailure {
        guard let text = value.string else {
            return refusal(field, "invalid_type", "\(field) must be one of \(words.joined(separator: ", ")).")
        }
        let hint = text.nearest(in: words).map { "Did you mean \($0)?" } ?? "Known: \(words.joined(separator: ", "))."
        return refusal(field, "invalid_choice", "\(field) is \(text.quoted), which is not known. \(hint)")
    }
}
