import Bytes
import JSON
import JSONRPC

extension MethodTable.Entry {
    /// Checks `params` and writes their request: path and query to `target`, a JSON object to `body`.
    ///
    /// Ids are checked byte by byte, and everything else is percent-encoded, so no input can change the shape of the
    /// URL. Throws `invalid_params` with the field's name; then nothing may be sent.
    public func bind(
        _ params: JSONSlice?, target: ByteBuffer, body: ByteBuffer
    ) throws(RPCFailure) -> CallTerms {
        var values = [JSONSlice?](repeating: nil, count: method.parameters.count)
        var terms = CallTerms()
        try collect(params, into: &values)
        for piece in path {
            switch piece {
            case .literal(let text): target.append(text)
            case .parameter(let index, let kind):
                let start = target.count
                try appendPathValue(values[index], kind, method.parameters[index], to: target)
                if terms.resource.isEmpty { terms.resource = start..<target.count }
            }
        }
        var query = QueryString(target)
        if takesBody { body.append("{") }
        let emptyBody = body.count
        var isShaped = false
        for index in values.indices where places[index] != .path {
            guard let value = values[index] else {
                if required[index] {
                    throw method.parameters[index].refusal("required", "\(method.parameters[index].name) is missing.")
                }
                continue
            }
            let parameter = method.parameters[index]
            switch places[index] {
            case .query:
                try parameter.kind.appendQuery(value, name: parameter.name, to: &query, &terms)
            case .body:
                if body.count > emptyBody { body.append(",") }
                body.append("\"")
                body.append(parameterNames[index])
                body.append("\":")
                try parameter.kind.append(value, at: parameter.name, to: body)
            case .local:
                if parameter.kind.limitsCall {
                    try parameter.kind.limit(&terms, by: value, at: parameter.name)
                } else {
                    isShaped = true
                }
            case .path: break
            }
        }
        if takesBody {
            guard body.count > emptyBody || !needsChange else { throw nothingToChange }
            if !alternatives.isEmpty { try checkAlternatives(values) }
            body.append("}")
            if let scopedFlag, values[scopedFlag]?.bool == true { terms.chosen |= 1 }
        }
        guard isShaped else { return terms }
        if shapers.fields != nil { terms.ask(shaping: try shaping(values)) }
        if editors.dryRun != nil { terms.ask(editing: try editing(values)) }
        return terms
    }

    /// The edit that the local parameters ask for; nil for none.
    private func editing(_ values: [JSONSlice?]) throws(RPCFailure) -> Editing? {
        func flag(_ index: Int?) throws(RPCFailure) -> Bool {
            guard let index, let value = values[index] else { return false }
            return try FlagKind().flag(value, at: method.parameters[index].name)
        }
        var expected: [String]?
        if let index = editors.expected, let value = values[index] {
            let parameter = method.parameters[index]
            try parameter.kind.append(value, at: parameter.name, to: ByteBuffer())
            expected = value.elements.compactMap(\.string)
        }
        let (isDryRun, isReported) = (try flag(editors.dryRun), try flag(editors.report))
        guard isDryRun || isReported || expected != nil else { return nil }
        return Editing(isDryRun: isDryRun, expected: expected)
    }

    private func checkAlternatives(_ values: [JSONSlice?]) throws(RPCFailure) {
        let given = alternatives.filter { values[$0] != nil }
        guard given.count != 1 else { return }
        let named = method.parameters[given.last ?? alternatives[0]]
        let names = method.alternatives.joined(separator: " or ")
        if given.isEmpty { throw named.refusal("required", "\(method.name) needs \(names).") }
        throw named.refusal("invalid_value", "\(method.name) takes \(names), not both.")
    }

    private var nothingToChange: RPCFailure {
        let names = method.parameters.filter { $0.place == .body }.map(\.name).joined(separator: ", ")
        let text = "\(method.name) needs something to change: \(names)."
        return .invalid("params", "required", text)
    }

    /// The shaping that the local parameters ask for; nil for none.
    private func shaping(_ values: [JSONSlice?]) throws(RPCFailure) -> Shaping? {
        let asked = shapers.fields.flatMap { values[$0] }
        let all = shapers.all.flatMap { values[$0] }
        let most = shapers.maxItems.flatMap { values[$0] }
        let awaited = shapers.waitFor.flatMap { values[$0] }
        if asked == nil, all == nil, most == nil, awaited == nil { return nil }
        if let awaited, let index = shapers.waitFor {
            _ = try method.parameters[index].kind.text(awaited, at: method.parameters[index].name)
        }
        let fields = try asked.map { (value) throws(RPCFailure) in try FieldsKind().selection(value, at: "fields") }
        let walks = try all.map { (value) throws(RPCFailure) in try FlagKind().flag(value, at: "all") } ?? false
        var maxItems = Shaping.usualItems
        if let most {
            maxItems = try IntegerKind(range: 1...Shaping.mostItems).number(most, at: "max_items")
            guard walks else {
                throw .invalid(
                    "max_items", "invalid_value", "max_items goes with all: true; limit is for a page.")
            }
        }
        guard fields != nil || walks || awaited != nil else { return nil }
        return Shaping(fields: fields, walk: (walks, maxItems), isAwaited: awaited != nil)
    }

    private func appendPathValue(
        _ value: JSONSlice?, _ kind: IDKind, _ parameter: @autoclosure () -> Parameter, to target: ByteBuffer
    ) throws(RPCFailure) {
        guard let value else { throw parameter().refusal("required", "\(parameter().name) is missing.") }
        guard kind.appendBare(value, to: target) else { throw kind.refusal(value, at: parameter().name) }
    }

    private func collect(
        _ params: JSONSlice?, into values: inout [JSONSlice?]
    ) throws(RPCFailure) {
        guard let params else { return }
        if params.kind == .array {
            var index = 0
            for element in params.elements {
                guard index < values.count else { throw tooMany }
                values[index] = element.kind == .null && !nullable[index] ? nil : element
                index += 1
            }
            return
        }
        var seen: UInt64 = 0
        var isMCP = false
        for member in params.members {
            guard let index = position(of: member.name) else {
                guard !isMCP, Self.namesRevision(member) else { throw unknown(member.name) }
                isMCP = true
                continue
            }
            guard seen & (1 << UInt64(index)) == 0 else {
                let name = method.parameters[index].name
                throw method.parameters[index].refusal("duplicate", "\(name) stands twice in params.")
            }
            seen |= 1 << UInt64(index)
            values[index] = member.value.kind == .null && !nullable[index] ? nil : member.value
        }
    }

    /// Whether this member of params names a revision of MCP, as every request of a stateless client does. It is the
    /// only further member allowed, because MCP clients may call plain methods, too.
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
