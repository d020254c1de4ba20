import Bytes
import JSON
import JSONRPC

extension Parameter {
    /// Bytes of one id, at most.
    public static let idLimit = 128

    /// An `invalid_params` failure that names this parameter, or `field` inside it.
    func refusal(_ code: String, _ message: String, field: String? = nil) -> RPCFailure {
        RPCFailure(
            .invalidParams, message, errors: [FieldError(field: field ?? name, code: code, message: message)])
    }

    /// Appends an id after checking each byte: prefix, then ASCII letters and digits only.
    func appendID(_ value: JSONSlice, _ prefix: String, field: String, to out: ByteBuffer) throws(RPCFailure) {
        if let plain = value.plainString {
            guard Self.isID(plain, prefix) else { throw badID(value, prefix, field) }
            out.append(plain)
            return
        }
        guard let decoded = value.string, ByteBuffer(decoded.utf8).isID(prefix) else {
            throw badID(value, prefix, field)
        }
        out.append(text: decoded)
    }

    fileprivate static func isID(_ bytes: Bytes, _ prefix: String) -> Bool {
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

    private func badID(_ value: JSONSlice, _ prefix: String, _ field: String) -> RPCFailure {
        let rule = "an id is \(prefix) and then letters and digits, \(Self.idLimit) at most"
        guard value.kind == .string else {
            return refusal("invalid_type", "\(field) must be a string: \(rule).", field: field)
        }
        return refusal("invalid_format", "\(field) is not an id of the right kind: \(rule).", field: field)
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
                    throw notAChoice(element, choices, index)
                }
                guard terms.chosen & (1 << UInt64(position)) == 0 else { continue }
                terms.chosen |= 1 << UInt64(position)
                if !isFirst { target.append(",") }
                isFirst = false
                target.append(text: choices[position].value)
            }
            return !isFirst
        case .id(let prefix): try appendID(value, prefix, field: name, to: target)
        case .text(let maximum): target.appendPercentEncoded(try text(value, maximum))
        case .flag: target.append(text: try flag(value) ? "true" : "false")
        case .ids, .any, .options: preconditionFailure("\(name): this kind has no place in a query")
        }
        return true
    }

    /// Appends a JSON value for the body.
    func appendBodyValue(_ value: JSONSlice, to body: ByteBuffer) throws(RPCFailure) {
        switch kind {
        case .ids(let prefix):
            guard value.kind == .array else {
                throw refusal("invalid_type", "\(name) must be an array of ids such as [\"\(prefix)01HQY3\"].")
            }
            body.append("[")
            var index = 0
            for element in value.elements {
                if index > 0 { body.append(",") }
                body.append("\"")
                // The field's name is only needed for a refusal, and this list can be 100,000 long.
                do throws(RPCFailure) {
                    try appendID(element, prefix, field: name, to: body)
                } catch {
                    throw badID(element, prefix, "\(name)[\(index)]")
                }
                body.append("\"")
                index += 1
            }
            body.append("]")
        case .id(let prefix):
            body.append("\"")
            try appendID(value, prefix, field: name, to: body)
            body.append("\"")
        case .text(let maximum):
            _ = try text(value, maximum)
            body.append(value.bytes)
        case .flag: body.append(text: try flag(value) ? "true" : "false")
        case .any: body.append(value.bytes)
        case .choices, .options: preconditionFailure("\(name): this kind has no place in a body")
        }
    }

    /// Reads `{timeout_ms, max_attempts}`.
    func readOptions(_ value: JSONSlice, _ terms: inout CallTerms) throws(RPCFailure) {
        guard value.kind == .object else {
            throw refusal("invalid_type", "options must be an object with timeout_ms and max_attempts.")
        }
        var seen: Set<String> = []
        for member in value.members {
            let member = (name: member.name.string ?? "", value: member.value)
            let field = "options.\(member.name.cut(after: 80))"
            guard seen.insert(member.name).inserted else {
                throw refusal("duplicate", "\(field) stands twice.", field: field)
            }
            guard member.name == "timeout_ms" || member.name == "max_attempts" else {
                let hint = member.name.nearest(in: ["timeout_ms", "max_attempts"]).map { " Did you mean \($0)?" } ?? ""
                throw refusal(
                    "unknown_parameter", "options has no member \(member.name.quoted).\(hint)", field: field)
            }
            if member.value.kind == .null { continue }
            guard let number = member.value.integer, number >= 1 else {
                throw refusal("invalid_value", "\(field) must be a whole number of at least 1.", field: field)
            }
            if member.name == "timeout_ms" { terms.timeoutMs = number } else { terms.maxAttempts = number }
        }
    }

    private func notAChoice(_ element: JSONSlice, _ choices: [Choice], _ index: Int) -> RPCFailure {
        let field = "\(name)[\(index)]"
        let words = choices.map(\.value)
        guard let text = element.string else {
            return refusal("invalid_type", "\(field) must be one of \(words.joined(separator: ", ")).", field: field)
        }
        let hint = text.nearest(in: words).map { "Did you mean \($0)?" } ?? "Known: \(words.joined(separator: ", "))."
        return refusal("invalid_choice", "\(field) is \(text.quoted), which is not known. \(hint)", field: field)
    }

    private func text(_ value: JSONSlice, _ maximum: Int) throws(RPCFailure) -> String {
        guard value.kind == .string else { throw refusal("invalid_type", "\(name) must be a string.") }
        guard let text = value.string else {
            throw refusal("invalid_format", "\(name) holds half of a surrogate pair, which is no character.")
        }
        guard text.unicodeScalars.count <= maximum else {
            throw refusal("too_long", "\(name) may have at most \(maximum) characters.")
        }
        return text
    }

    private func flag(_ value: JSONSlice) throws(RPCFailure) -> Bool {
        guard let bool = value.bool else { throw refusal("invalid_type", "\(name) must be true or false.") }
        return bool
    }
}

extension ByteBuffer {
    fileprivate func isID(_ prefix: String) -> Bool { Parameter.isID(bytes, prefix) }

    /// Appends `text` with everything but RFC 3986's unreserved characters percent-encoded.
    public func appendPercentEncoded(_ text: String) {
        for byte in text.utf8 {
            if byte.isAlphanumeric || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
            }
        }
    }
}
