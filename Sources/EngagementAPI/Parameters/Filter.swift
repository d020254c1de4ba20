import Bytes
import JSON
import JSONRPC

extension Parameter {
    /// Appends a filter, `{"start_at": {"gte": "…"}}`, as `filter[start_at][gte]=…`, both sides percent-encoded.
    /// `separator` is what comes before the next pair.
    func appendFilter(
        _ value: JSONSlice, _ fields: [FilterField], to target: ByteBuffer, _ separator: inout UInt8
    ) throws(RPCFailure) {
        let names = fields.map(\.name)
        guard value.kind == .object else {
            let text = "\(name) must be an object such as {\"\(names[0])\": {\"\(fields[0].kind.operators[0])\": …}}."
            throw refusal("invalid_type", text)
        }
        var seen: Set<String> = []
        var empty: (path: String, field: FilterField)?
        for member in value.members {
            let text = member.name.string ?? member.name.bytes.text
            guard let field = fields.first(where: { $0.name == text }) else {
                throw ValueCheck.unknown(text, in: name, names)
            }
            let path = "\(name).\(text)"
            guard seen.insert(text).inserted else {
                throw refusal("duplicate", "\(path) stands twice.", field: path)
            }
            guard member.value.kind == .object else {
                let shown = field.kind.operators.joined(separator: ", ")
                throw refusal("invalid_type", "\(path) must be an object with \(shown).", field: path)
            }
            var operators: Set<String> = []
            for comparison in member.value.members {
                let word = comparison.name.string ?? comparison.name.bytes.text
                guard field.kind.operators.contains(word) else {
                    throw ValueCheck.unknown(word, in: path, field.kind.operators)
                }
                guard operators.insert(word).inserted else {
                    throw refusal("duplicate", "\(path).\(word) stands twice.", field: "\(path).\(word)")
                }
                try field.append(comparison.value, word, "\(path).\(word)", to: target, &separator)
            }
            if operators.isEmpty, empty == nil { empty = (path, field) }
        }
        // Passed over, it would be no condition at all, and everything would be listed.
        if let (path, field) = empty {
            let shown = field.kind.operators.joined(separator: ", ")
            throw refusal("required", "\(path) is empty; it takes \(shown).", field: path)
        }
    }
}

extension FilterField {
    fileprivate func append(
        _ value: JSONSlice, _ comparison: String, _ path: String, to target: ByteBuffer, _ separator: inout UInt8
    ) throws(RPCFailure) {
        let key = "filter[\(name)][\(comparison)]"
        func pair(_ key: String, _ values: [String]) {
            target.append(separator)
            separator = UInt8(ascii: "&")
            target.appendPercentEncoded(key)
            target.append("=")
            for (index, value) in values.enumerated() {
                if index > 0 { target.append(",") }
                target.appendPercentEncoded(value)
            }
        }
        switch kind {
        case .time: pair(key, [try ValueCheck.time(value, path)])
        case .text: pair(key, [try ValueCheck.text(value, 1, 255, path)])
        case .words(let words) where comparison == "eq": pair(key, [try ValueCheck.word(value, words, path)])
        case .words(let words):
            pair(
                key,
                try list(value, path, maximum: words.count) { (element, at) throws(RPCFailure) in
                    try ValueCheck.word(element, words, at)
                })
        case .ids(let prefix) where comparison == "eq": pair(key, [try id(value, prefix, path)])
        case .ids(let prefix):
            pair(
                key,
                try list(value, path, maximum: Self.idLimit) { (element, at) throws(RPCFailure) in
                    try id(element, prefix, at)
                })
        case .associations(let types):
            guard value.kind == .array else {
                let text = "\(path) must be an array such as [{\"id\": \"…\", \"object_type\": \"\(types[0])\"}]."
                throw ValueCheck.refusal(path, "invalid_type", text)
            }
            let kind = Self.association(types)
            var isEmpty = true
            for (index, element) in value.elements.enumerated() {
                isEmpty = false
                guard index < Self.associationLimit else { throw tooMany(path, Self.associationLimit) }
                try ValueCheck.append(element, kind, "\(path)[\(index)]", to: ByteBuffer())
                for name in ["id", "object_type"] {
                    let text = element.members.first { $0.name.string == name }?.value.string ?? ""
                    pair("\(key)[\(index)][\(name)]", [text])
                }
            }
            if isEmpty { throw Self.empty(path) }
        }
    }

    private func id(_ value: JSONSlice, _ prefix: String, _ path: String) throws(RPCFailure) -> String {
        guard let text = value.string, ValueCheck.isID(text, prefix) else {
            throw ValueCheck.badID(value, prefix, path)
        }
        return text
    }

    private func list(
        _ value: JSONSlice, _ path: String, maximum: Int,
        _ read: (JSONSlice, String) throws(RPCFailure) -> String
    ) throws(RPCFailure) -> [String] {
        guard value.kind == .array else { throw ValueCheck.refusal(path, "invalid_type", "\(path) must be an array.") }
        var values: [String] = []
        for (index, element) in value.elements.enumerated() {
            guard index < maximum else { throw tooMany(path, maximum) }
            values.append(try read(element, "\(path)[\(index)]"))
        }
        guard !values.isEmpty else { throw Self.empty(path) }
        return values
    }

    private static func empty(_ path: String) -> RPCFailure {
        ValueCheck.refusal(path, "too_short", "\(path) must not be empty.")
    }

    private func tooMany(_ path: String, _ maximum: Int) -> RPCFailure {
        ValueCheck.refusal(path, "too_many", "\(path) may have at most \(maximum) elements.")
    }
}
