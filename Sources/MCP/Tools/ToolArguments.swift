import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Turns a tool's arguments into a method's params. Converters send null for members that the model left out: nulls are
/// dropped at any depth. Models send arrays, objects, numbers and flags as text: the text is parsed where the parameter
/// is of such a kind. Ids are never guessed.
enum ToolArguments {
    /// The method's params as a JSON object, and the refusal of members that only tools have. Throws when `value` is no
    /// object.
    static func read(
        _ value: JSONSlice?, _ method: Method
    ) throws(Refusal) -> (ByteBuffer, RPCFailure?) {
        let out = ByteBuffer(capacity: (value?.bytes.count ?? 0) + 256)
        var reading = Reading(method: method, out: out)
        var refusal: RPCFailure?
        out.append("{")
        if let value, value.kind != .null, !value.isEmptyArray, !["", "[]", "null"].contains(value.string) {
            guard let (object, owner) = value.kind == .object ? (value, nil) : parsed(value, [.object]) else {
                throw Refusal("arguments", "invalid_type", "The arguments of a tool must be an object.")
            }
            withExtendedLifetime(owner) {
                do throws(RPCFailure) { try reading.read(object) } catch { refusal = error }
            }
        }
        reading.complete()
        out.append("}")
        return (out, refusal)
    }

    /// Writes one call's arguments as params.
    private struct Reading {
        let method: Method
        let out: ByteBuffer
        private var given: Set<String> = []
        private var expanded: [String] = []

        init(method: Method, out: ByteBuffer) {
            self.method = method
            self.out = out
        }

        mutating func read(_ object: JSONSlice) throws(RPCFailure) {
            var cleared: [String]?
            for member in object.members {
                let name = member.name.string ?? ""
                if let clearing = method.clearing, name == clearing.name {
                    let words = ByteBuffer()
                    guard ToolArguments.append(member.value, clearing.kind, to: words) else { continue }
                    guard cleared == nil else { throw clearing.refusal("duplicate", "\(name) stands twice.") }
                    cleared = try withExtendedLifetime(words) { () throws(RPCFailure) in
                        try clearing.chosenWords(JSONSlice(checked: words.bytes))
                    }
                    continue
                }
                let start = out.count
                separate()
                out.append(member.name.bytes)
                out.append(":")
                let value = out.count
                let kind = method.parameters.first { $0.name == name }?.kind ?? AnyKind()
                guard ToolArguments.append(member.value, kind, to: out) else {
                    out.truncate(to: start)
                    continue
                }
                given.insert(name)
                if name == "expand" {
                    let list = JSONSlice(checked: out.bytes.dropping(value))
                    expanded = list.kind == .array ? list.elements.compactMap(\.string) : []
                }
            }
            try clear(cleared ?? [])
        }

        private func clear(_ names: [String]) throws(RPCFailure) {
            for name in names {
                guard !given.contains(name) else {
                    let text = "\(name) is both given and to be cleared; choose one."
                    throw RPCFailure(
                        .invalidParams, text,
                        errors: [FieldError(field: name, code: "invalid_value", message: text)])
                }
                separate()
                JSONWriter.appendString(name, to: out)
                out.append(":null")
            }
        }

        /// Adds the default `fields` of a list: hosts don't pass on a hundred whole items.
        func complete() {
            guard let fields = method.mainFields, !given.contains("fields") else { return }
            separate()
            var json = JSONWriter(out)
            json.member("fields", fields + expanded)
        }

        private func separate() { if out.count > 1 { out.append(",") } }
    }

    /// Appends a value as the model meant it for `kind`. False, with nothing appended, when it holds only nulls.
    private static func append(_ value: JSONSlice, _ kind: any ParameterKind, to out: ByteBuffer) -> Bool {
        switch value.kind {
        case .null: return false
        case .string: appendString(value, kind, to: out)
        case .array: return appendArray(value, kind, to: out)
        case .object: return appendObject(value, kind, to: out)
        case .number, .true, .false: out.append(value.bytes)
        }
        return true
    }

    private static func appendString(_ value: JSONSlice, _ kind: any ParameterKind, to out: ByteBuffer) {
        func append(_ kinds: [JSONSlice.Kind]) -> Bool {
            guard let (inner, owner) = parsed(value, kinds) else { return false }
            return withExtendedLifetime(owner) { Self.append(inner, kind, to: out) }
        }
        switch kind.shape {
        case .integer:
            if let text = value.string, text.isWholeNumber { return out.append(text: text) }
        case .flag:
            if let text = value.string, ["true", "false"].contains(text) { return out.append(text: text) }
        case .words:
            if append([.array]) { return }
            guard let text = value.string else { break }
            var json = JSONWriter(out)
            json.beginArray()
            for word in text.commaSeparatedWords { json.string(word) }
            return json.endArray()
        case .ids, .list, .places: if append([.array]) { return }
        case .object: if append([.object]) { return }
        case .id, .text, .any: break
        }
        out.append(value.bytes)
    }

    private static func appendArray(_ value: JSONSlice, _ kind: any ParameterKind, to out: ByteBuffer) -> Bool {
        let (elementKind, hasPlaces): (any ParameterKind, Bool) =
            switch kind.shape {
            case .list(let kind): (kind, false)
            case .places(let kind): (kind, true)
            default: (AnyKind(), false)
            }
        let start = out.count
        var (isFirst, hasElements) = (true, false)
        out.append("[")
        for element in value.elements {
            hasElements = true
            let end = out.count
            if !isFirst { out.append(",") }
            if append(element, elementKind, to: out) {
                isFirst = false
            } else if hasPlaces {
                // Nothing is known of it, but those after it keep their places.
                out.append("{}")
                isFirst = false
            } else {
                out.truncate(to: end)
            }
        }
        out.append("]")
        return kept(out, start, isEmpty: isFirst && hasElements)
    }

    private static func appendObject(_ value: JSONSlice, _ kind: any ParameterKind, to out: ByteBuffer) -> Bool {
        let start = out.count
        var kinds: [String: any ParameterKind] = [:]
        if case .object(let members) = kind.shape { for member in members { kinds[member.name] = member.kind } }
        var (isFirst, hasMembers) = (true, false)
        out.append("{")
        for member in value.members {
            hasMembers = true
            let end = out.count
            if !isFirst { out.append(",") }
            out.append(member.name.bytes)
            out.append(":")
            let kind = member.name.string.flatMap { kinds[$0] } ?? AnyKind()
            if append(member.value, kind, to: out) { isFirst = false } else { out.truncate(to: end) }
        }
        out.append("}")
        return kept(out, start, isEmpty: isFirst && hasMembers)
    }

    /// Drops a list or object that held only nulls.
    private static func kept(_ out: ByteBuffer, _ start: Int, isEmpty: Bool) -> Bool {
        if isEmpty { out.truncate(to: start) }
        return !isEmpty
    }

    /// The JSON value inside a string, if it is of one of `kinds`, and the buffer that owns it.
    private static func parsed(_ string: JSONSlice, _ kinds: [JSONSlice.Kind]) -> (JSONSlice, ByteBuffer?)? {
        guard let text = string.string else { return nil }
        let owner = ByteBuffer(capacity: text.utf8.count)
        owner.append(text: text)
        guard let value = checked(owner), kinds.contains(value.kind) else { return nil }
        return (value, owner)
    }

    /// The JSON value in `buffer`, borrowed from it; nil when it is not JSON.
    static func checked(_ buffer: ByteBuffer) -> JSONSlice? {
        var scanner = JSONScanner(buffer.bytes)
        return try? scanner.text()
    }
}

extension String {
    /// Whether it is a whole number of JSON with at most 15 digits, which any reader holds exactly.
    fileprivate var isWholeNumber: Bool {
        let digits = utf8.first == UInt8(ascii: "-") ? utf8.dropFirst() : utf8[...]
        return 1...15 ~= digits.count && digits.allSatisfy(\.isDigit)
            && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }
}
