import Bytes
import JSON
import JSONRPC

extension Parameter {
    /// Whether it holds ids, and `id` has the form of one of them.
    public func takes(id: String) -> Bool {
        guard case .id(let prefix) = kind else { return false }
        return ValueCheck.isID(id, prefix)
    }

    /// An `invalid_params` failure that names this parameter, or `field` inside it.
    public func refusal(_ code: String, _ message: String, field: String? = nil) -> RPCFailure {
        ValueCheck.refusal(field ?? name, code, message)
    }

    /// Appends a query value, percent-encoded. False when there is nothing to send, as for an empty list.
    func appendQueryValue(
        _ value: JSONSlice, to target: ByteBuffer, _ terms: inout CallTerms
    ) throws(RPCFailure) -> Bool {
        switch kind {
        case .choices(let choices):
            guard value.kind == .array else {
                let example = choices.first?.value ?? ""
                throw refusal("invalid_type", "\(name) must be an array of strings such as [\"\(example)\"].")
            }
            var isFirst = true
            for (index, element) in value.elements.enumerated() {
                let word = element.string
                guard let position = choices.firstIndex(where: { $0.value == word }) else {
                    throw ValueCheck.notAWord(element, choices.map(\.value), "\(name)[\(index)]")
                }
                guard terms.chosen & (1 << UInt64(position)) == 0 else { continue }
                terms.chosen |= 1 << UInt64(position)
                if !isFirst { target.append(",") }
                isFirst = false
                target.append(text: choices[position].value)
            }
            return !isFirst
        case .id(let prefix): try ValueCheck.appendID(value, prefix, name, to: target)
        case .text(let minimum, let maximum):
            target.appendPercentEncoded(try ValueCheck.text(value, minimum, maximum, name))
        case .flag: target.append(text: try ValueCheck.flag(value, name) ? "true" : "false")
        case .integer(let range): target.append(decimal: try ValueCheck.integer(value, range, name))
        case .word(let words): target.appendPercentEncoded(try ValueCheck.word(value, words, name))
        default: preconditionFailure("\(name): this kind has no place in a query")
        }
        return true
    }

    /// The words of a closed list that `value` chooses, each once.
    public func chosenWords(_ value: JSONSlice) throws(RPCFailure) -> [String] {
        guard case .choices(let choices) = kind else { return [] }
        var terms = CallTerms()
        _ = try appendQueryValue(value, to: ByteBuffer(), &terms)
        return choices.enumerated().compactMap { terms.chosen & (1 << UInt64($0)) != 0 ? $1.value : nil }
    }

    /// Reads `{timeout_ms, max_attempts}`, and `progress_token` where there is progress to tell of.
    func readOptions(_ value: JSONSlice, takesProgress: Bool, _ terms: inout CallTerms) throws(RPCFailure) {
        let names = ["timeout_ms", "max_attempts"] + (takesProgress ? ["progress_token"] : [])
        guard value.kind == .object else {
            throw refusal("invalid_type", "options must be an object with \(names.joined(separator: " and ")).")
        }
        var seen: Set<String> = []
        for member in value.members {
            let member = (name: member.name.string ?? "", value: member.value)
            let field = "options.\(member.name.cut(after: 80))"
            guard seen.insert(member.name).inserted else {
                throw refusal("duplicate", "\(field) stands twice.", field: field)
            }
            guard names.contains(member.name) else {
                let hint = member.name.nearest(in: names).map { " Did you mean \($0)?" } ?? ""
                throw refusal(
                    "unknown_parameter", "options has no member \(member.name.quoted).\(hint)", field: field)
            }
            if member.value.kind == .null { continue }
            if member.name == "progress_token" {
                guard member.value.kind == .string || member.value.integer != nil, member.value.bytes.count <= 256
                else {
                    throw refusal("invalid_type", "\(field) must be a short string or a whole number.", field: field)
                }
                terms.ask(progressToken: Array(member.value.bytes))
                continue
            }
            guard let number = member.value.integer, number >= 1 else {
                throw refusal("invalid_value", "\(field) must be a whole number of at least 1.", field: field)
            }
            if member.name == "timeout_ms" { terms.timeoutMs = number } else { terms.maxAttempts = number }
        }
    }
}
