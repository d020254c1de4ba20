import Bytes
import JSON
import JSONRPC

/// What a call asks for besides its request: found while its parameters are checked.
public struct CallTerms: Sendable {
    /// Milliseconds for the whole call, when `options` lowers it.
    public var timeoutMs: Int?
    /// Attempts at most, when `options` lowers it.
    public var maxAttempts: Int?
    /// A bit for each chosen word of the method's `choices` parameter.
    public var chosen: UInt64 = 0
    /// Whether the params name a revision of MCP in `_meta`, as every request of a stateless client does.
    public var namesRevision = false
    /// Where in the target the first path parameter stands: the resource that the call is about.
    public var resource = 0..<0

    /// Terms that ask for nothing.
    public init() {}
}

extension MethodTable.Entry {
    /// Checks `params` and writes the request they make: path and query onto `target`, a JSON object onto `body`.
    ///
    /// Ids are checked byte by byte and everything else is percent-encoded, so nothing a host sends can change the
    /// shape of the URL. Throws `invalid_params` that names the field; then nothing may be sent.
    public func bind(
        _ params: JSONSlice?, target: ByteBuffer, body: ByteBuffer
    ) throws(RPCFailure) -> CallTerms {
        var values = [JSONSlice?](repeating: nil, count: method.parameters.count)
        var terms = CallTerms()
        try collect(params, into: &values, &terms)
        for piece in path {
            switch piece {
            case .literal(let text): target.append(text)
            case .parameter(let index):
                let start = target.count
                try appendPathValue(values[index], method.parameters[index], to: target)
                if terms.resource.isEmpty { terms.resource = start..<target.count }
            }
        }
        var separator = UInt8(ascii: "?")
        if takesBody { body.append("{") }
        let emptyBody = body.count
        for (index, parameter) in method.parameters.enumerated() where parameter.place != .path {
            guard let value = values[index] else {
                if parameter.isRequired { throw parameter.refusal("required", "\(parameter.name) is missing.") }
                continue
            }
            switch parameter.place {
            case .query:
                let start = target.count
                target.append(separator)
                target.append(parameterNames[index])
                target.append("=")
                if try parameter.appendQueryValue(value, to: target, &terms) {
                    separator = UInt8(ascii: "&")
                } else {
                    target.truncate(to: start)
                }
            case .body:
                if body.count > emptyBody { body.append(",") }
                body.append("\"")
                body.append(parameterNames[index])
                body.append("\":")
                try parameter.appendBodyValue(value, to: body)
            case .local: try parameter.readOptions(value, &terms)
            case .path: break
            }
        }
        if takesBody { body.append("}") }
        return terms
    }

    private func appendPathValue(
        _ value: JSONSlice?, _ parameter: Parameter, to target: ByteBuffer
    ) throws(RPCFailure) {
        guard let value else { throw parameter.refusal("required", "\(parameter.name) is missing.") }
        guard case .id(let prefix) = parameter.kind else { preconditionFailure("a path takes ids only") }
        try parameter.appendID(value, prefix, field: parameter.name, to: target)
    }

    private func collect(
        _ params: JSONSlice?, into values: inout [JSONSlice?], _ terms: inout CallTerms
    ) throws(RPCFailure) {
        guard let params else { return }
        if params.kind == .array {
            var index = 0
            for element in params.elements {
                guard index < values.count else { throw tooMany }
                values[index] = element.kind == .null ? nil : element
                index += 1
            }
            return
        }
        var seen: UInt64 = 0
        for member in params.members {
            guard let index = position(of: member.name) else {
                guard !terms.namesRevision, Self.namesRevision(member) else { throw unknown(member.name) }
                terms.namesRevision = true
                continue
            }
            guard seen & (1 << UInt64(index)) == 0 else {
                let name = method.parameters[index].name
                throw method.parameters[index].refusal("duplicate", "\(name) stands twice in params.")
            }
            seen |= 1 << UInt64(index)
            values[index] = member.value.kind == .null ? nil : member.value
        }
    }

    /// The one member that is no parameter and not refused: MCP clients may call plain methods, too.
    public static func namesRevision(_ member: JSONMember) -> Bool {
        member.name.reads("_meta") && member.value.member("io.modelcontextprotocol/protocolVersion")?.kind == .string
    }

    private func position(of name: JSONSlice) -> Int? {
        guard let plain = name.plainString else {
            let decoded = name.string
            return method.parameters.firstIndex { $0.name == decoded }
        }
        for index in parameterNames.indices where parameterNames[index].bytes.equals(plain) { return index }
        return nil
    }

    private var tooMany: RPCFailure {
        let names = method.parameters.map(\.name).joined(separator: ", ")
        let takes = method.parameters.isEmpty ? "no parameters" : "at most \(method.parameters.count): \(names)"
        return RPCFailure(
            .invalidParams, "\(method.name) takes \(takes).",
            errors: [FieldError(field: "params", code: "too_many", message: "More values than parameters.")])
    }

    private func unknown(_ name: JSONSlice) -> RPCFailure {
        let text = name.string ?? name.bytes.text
        let names = method.parameters.map(\.name)
        var hint = names.isEmpty ? "It takes none." : "It takes \(names.joined(separator: ", "))."
        if let near = text.nearest(in: names) { hint = "Did you mean \(near)?" }
        let message = "\(method.name) has no parameter \(text.quoted). \(hint)"
        return RPCFailure(
            .invalidParams, message,
            errors: [FieldError(field: text.cut(after: 80), code: "unknown_parameter", message: message)])
    }
}
