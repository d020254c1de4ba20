import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// What a model meant by the arguments of a tool. Between it and the process stand converters that send null for
/// whatever it left out, and models that send arrays, objects, numbers and flags as text: the first says nothing here,
/// at whatever depth, and the second is read where something else than text is wanted. Ids are never guessed.
enum ToolArguments {
    /// The method's params as a JSON object, and what is wrong with what only tools take. Throws for what is no object.
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
                do throws(RPCFailure) { try reading.take(object) } catch { refusal = error }
            }
        }
        reading.complete()
        out.append("}")
        return (out, refusal)
    }

    /// The arguments of one call, while they are written as params.
    private struct Reading {
        let method: Method
        let out: ByteBuffer
        private var given: Set<String> = []
        private var expanded: [String] = []

        init(method: Method, out: ByteBuffer) {
            self.method = method
            self.out = out
        }

        mutating func take(_ object: JSONSlice) throws(RPCFailure) {
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
                    let text = "\(name) is given and to be cleared; one of the two."
                    throw RPCFailure(
                        .invalidParams, text,
                        errors: [FieldError(field: name, code: "invalid_value", message: text)])
                }
                separate()
                JSONWriter.appendString(name, to: out)
                out.append(":null")
            }
        }

        /// What a list gives of each item where nobody has said: a hundred whole ones are more than hosts pass on.
        func complete() {
            guard let fields = method.mainFields, !given.contains("fields") else { return }
            separate()
            var json = JSONWriter(out)
            json.member("fields", fields + expanded)
        }

        private func separate() { if out.count > 1 { out.append(",") } }
    }

    /// Appends what a value of `kind` was meant to be. False, and nothing is appended, when it says nothing.
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
        case .ids, .list: if append([.array]) { return }
        case .object: if append([.object]) { return }
        case .id, .text, .any: break
        }
        out.append(value.bytes)
    }

    private static func appendArray(_ value: JSONSlice, _ kind: any ParameterKind, to out: ByteBuffer) -> Bool {
        let elementKind: any ParameterKind
        if case .list(let kind) = kind.shape { elementKind = kind } else { elementKind = AnyKind() }
        let start = out.count
        var (isFirst, hasElements) = (true, false)
        out.append("[")
        for element in value.elements {
            hasElements = true
            let end = out.count
            if !isFirst { out.append(",") }
            if append(element, elementKind, to: out) { isFirst = false } else { out.truncate(to: end) }
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

    /// What only held nulls was not given either.
    private static func kept(_ out: ByteBuffer, _ start: Int, isEmpty: Bool) -> Bool {
        if isEmpty { out.truncate(to: start) }
        return !isEmpty
    }

    /// The value that the text of a string spells, if it is of one of `kinds`, and what owns it.
    private static func parsed(_ string: JSONSlice, _ kinds: [JSONSlice.Kind]) -> (JSONSlice, ByteBuffer?)? {
        guard let text = string.string else { return nil }
        let owner = ByteBuffer(capacity: text.utf8.count)
        owner.append(text: text)
        guard let value = checked(owner), kinds.contains(value.kind) else { return nil }
        return (value, owner)
    }

    /// The JSON text in `buffer`, borrowed from it; nil when it is none.
    static func checked(_ buffer: ByteBuffer) -> JSONSlice? {
        var scanner = JSONScanner(buffer.bytes)
        return try? scanner.text()
    }
}

extension String {
    /// Whether it spells a whole number as JSON does, and one that can be told exactly.
    fileprivate var isWholeNumber: Bool {
        let digits = utf8.first == UInt8(ascii: "-") ? utf8.dropFirst() : utf8[...]
        return 1...15 ~= digits.count && digits.allSatisfy(\.isDigit)
            && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }
}
