import Bytes
import JSON

extension SandboxAPI {
    /// Answers a control request, with which a test harness steers the sandbox.
    func control(_ request: IncomingRequest) -> Response {
        do {
            return try controlled(request)
        } catch {
            return error.response(requestID: 0)
        }
    }

    private func controlled(_ request: IncomingRequest) throws(Problem) -> Response {
        let action: (JSONSlice) throws(Problem) -> Response
        switch request.path.dropping(13).text {
        case "reset": action = reset
        case "fail": action = fail
        case "requests": action = requests
        case "scopes": action = setScopes
        default: throw Problem(404, "There is no such control path.")
        }
        guard request.method.equals("POST") else {
            var problem = Problem(405, "Control paths take POST.")
            problem.allow = "POST"
            throw problem
        }
        let text = request.body.isEmpty ? Bytes("{}") : request.body
        var scanner = JSONScanner(text)
        guard let input = try? scanner.text() else {
            throw Problem.validation("body", "invalid_json", "The body is not JSON.")
        }
        guard input.kind == .object else {
            throw Problem.validation("body", "invalid_type", "The body is not an object.")
        }
        return try action(input)
    }

    private static func refuse(_ input: JSONSlice, allBut known: [String]) throws(Problem) {
        var errors: [FieldError] = []
        for member in input.members {
            let name = member.name.string ?? "?"
            if !known.contains(name) {
                errors.append(FieldError(field: name, code: "unknown", message: "There is no such member here."))
            }
        }
        if !errors.isEmpty { throw Problem.validation(errors) }
    }

    private static var done: Response { Response(body: ByteBuffer("{}".utf8)) }

    private func reset(_ input: JSONSlice) throws(Problem) -> Response {
        try Self.refuse(input, allBut: [])
        reset()
        return Self.done
    }

    private func fail(_ input: JSONSlice) throws(Problem) -> Response {
        let plan = try FaultPlanReader.plan(input)
        guard plans.set(plan) else {
            throw Problem.validation("match", "too_many", "There are \(FaultPlans.limit) plans already.")
        }
        return Self.done
    }

    private func requests(_ input: JSONSlice) throws(Problem) -> Response {
        try Self.refuse(input, allBut: ["clear"])
        let clear = input.member("clear")
        guard clear == nil || clear?.kind == .null || clear?.bool != nil else {
            throw Problem.validation("clear", "invalid_type", "Give true or false.")
        }
        let out = ByteBuffer(capacity: 4096)
        var json = JSONWriter(out)
        json.beginObject()
        json.name("requests")
        log.write(to: &json)
        json.name("unmatched")
        plans.writeUnmatched(to: &json)
        json.endObject()
        if clear?.bool == true { log.removeAll() }
        return Response(body: out)
    }

    private func setScopes(_ input: JSONSlice) throws(Problem) -> Response {
        try Self.refuse(input, allBut: ["scopes"])
        var wanted = Scope.everything
        if let list = input.member("scopes"), list.kind != .null {
            guard list.kind == .array else {
                throw Problem.validation("scopes", "invalid_type", "Give a list of scope names.")
            }
            wanted = []
            for (index, element) in list.elements.enumerated() {
                guard let name = element.string, let bit = Scope.names.firstIndex(of: name) else {
                    throw Problem.validation("scopes[\(index)]", "invalid_value", "There is no such scope.")
                }
                wanted.insert(Scope(rawValue: 1 << UInt16(bit)))
            }
        }
        scopes = wanted
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("scopes", wanted.names)
        json.endObject()
        return Response(body: out)
    }
}
