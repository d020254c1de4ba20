import Bytes
import JSON

/// What one message is (JSON-RPC 2.0 §4 and §6).
public enum Message {
    /// A request, or a notification when it has no id.
    case request(Request)
    /// An array of 1 to `batchLimit` elements; read each with `init(element:)`.
    case batch(JSONSlice)
    /// A response: it has a `result` or an `error`, and no `method`. Never answered.
    case response(Response)
    /// A message that can't be served; `id` if it could be read.
    case invalid(RPCFailure, id: JSONSlice?)

    /// Elements of one batch, at most.
    public static let batchLimit = 1000

    /// Reads one message. Never fails: a message that can't be served is `invalid`.
    public init(_ bytes: Bytes) {
        var scanner = JSONScanner(bytes)
        do throws(JSONSyntaxError) {
            switch bytes.first(where: { !$0.isSpace }) {
            case UInt8(ascii: "{"):
                var reader = RequestReader()
                var object = try scanner.openObject()
                while let member = try scanner.nextMember(of: &object) { reader.read(member) }
                try scanner.finish()
                self = reader.message
            case UInt8(ascii: "["):
                self = Self.batch(in: try scanner.text())
            default:
                _ = try scanner.text()
                self = .invalid(Self.notAnObject, id: nil)
            }
        } catch {
            self = .invalid(Self.syntax(error), id: nil)
        }
    }

    /// Reads one element of a batch, which is checked JSON.
    public init(element: JSONSlice) {
        guard element.kind == .object else {
            self = .invalid(Self.notAnObject, id: nil)
            return
        }
        var reader = RequestReader()
        for member in element.members { reader.read(member) }
        self = reader.message
    }

    private static func batch(in array: JSONSlice) -> Message {
        var count = 0
        for _ in array.elements {
            count += 1
            if count > batchLimit {
                let text = "A batch may hold at most \(batchLimit) requests; split it."
                return .invalid(RPCFailure(.invalidRequest, text), id: nil)
            }
        }
        if count == 0 {
            return .invalid(RPCFailure(.invalidRequest, "A batch must hold at least one request."), id: nil)
        }
        return .batch(array)
    }

    private static var notAnObject: RPCFailure {
        RPCFailure(.invalidRequest, "A request must be a JSON object with \"jsonrpc\", \"method\" and \"id\".")
    }

    private static func syntax(_ error: JSONSyntaxError) -> RPCFailure {
        RPCFailure(.parseError, "The message is not valid JSON at byte \(error.offset): \(error.reason.rawValue).")
    }
}

/// Collects the members of a request object, then judges them.
private struct RequestReader {
    private var version: JSONSlice?
    private var id: JSONSlice?
    private var method: JSONSlice?
    private var params: JSONSlice?
    private var result: JSONSlice?
    private var error: JSONSlice?
    private var others = JSONNames()
    private var duplicate: String?

    mutating func read(_ member: JSONMember) {
        let isRepeated: Bool
        if member.name.reads("jsonrpc") {
            isRepeated = Self.fill(&version, member.value)
        } else if member.name.reads("id") {
            isRepeated = Self.fill(&id, member.value)
        } else if member.name.reads("method") {
            isRepeated = Self.fill(&method, member.value)
        } else if member.name.reads("params") {
            isRepeated = Self.fill(&params, member.value)
        } else if member.name.reads("result") {
            isRepeated = Self.fill(&result, member.value)
        } else if member.name.reads("error") {
            isRepeated = Self.fill(&error, member.value)
        } else {
            isRepeated = !others.insert(member.name)
        }
        if isRepeated { duplicate = member.name.string ?? member.name.bytes.text }
    }

    /// True when the slot was already full.
    private static func fill(_ slot: inout JSONSlice?, _ value: JSONSlice) -> Bool {
        defer { slot = value }
        return slot != nil
    }

    var message: Message {
        // Some libraries write every member of a message, `method` as null.
        if method == nil || method?.kind == .null, result != nil || error != nil {
            return .response(Response(id: id, result: result, error: error, isAmbiguous: duplicate != nil))
        }
        if let id, id.kind != .string, id.kind != .number, id.kind != .null {
            return invalid("The id must be a string, a number or null.", id: nil)
        }
        if let duplicate {
            let shown = duplicate.quoted
            return invalid("The member \(shown) stands twice in the request.", id: duplicate == "id" ? nil : id)
        }
        guard let version, version.reads("2.0") else {
            return invalid("The member \"jsonrpc\" must be the string \"2.0\".", id: id)
        }
        guard let method, method.kind == .string else {
            return invalid("The member \"method\" must be a string.", id: id)
        }
        var params = params
        switch params?.kind {
        case .object, .array, nil: break
        case .null: params = nil
        default:
            let text = "The member \"params\" must be an object or an array."
            // Without an id, it may be no request at all rather than a notification.
            guard let id else { return invalid(text, id: nil) }
            let field = FieldError(field: "params", code: "invalid_type", message: text)
            return .invalid(RPCFailure(.invalidParams, text, errors: [field]), id: id)
        }
        return .request(Request(id: id, method: method, params: params))
    }

    private func invalid(_ text: String, id: JSONSlice?) -> Message {
        .invalid(RPCFailure(.invalidRequest, text), id: id)
    }
}
