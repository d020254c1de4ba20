import Bytes
import JSON
import JSONRPC

/// The members of a request's `_meta` that this server looks at.
struct RequestMeta {
    /// The version that the request names, if any.
    var version: JSONSlice?
    /// The client's capabilities.
    var capabilities: JSONSlice?
    /// From which level on it wants log messages.
    var logLevel: JSONSlice?
    /// A string or a whole number.
    var progressToken: JSONSlice?

    /// Whether any member says that the request is of the stateless revision.
    var isStateless: Bool { version != nil || capabilities != nil || logLevel != nil }

    init(_ params: JSONSlice?) {
        guard let params, params.kind == .object, let meta = params.member("_meta") else { return }
        func value(_ name: StaticString) -> JSONSlice? { meta.member(name).flatMap { $0.kind == .null ? nil : $0 } }
        version = value("io.modelcontextprotocol/protocolVersion")
        capabilities = value("io.modelcontextprotocol/clientCapabilities")
        logLevel = value("io.modelcontextprotocol/logLevel")
        if let token = meta.member("progressToken"), token.kind == .string || token.isWholeNumber {
            progressToken = token
        }
    }
}

extension JSONSlice {
    /// Whether this is a number that JSON Schema calls an integer: `7`, `7.0`, and those beyond 2⁵³ if spelled plainly.
    var isWholeNumber: Bool {
        guard kind == .number else { return false }
        let isPlain = bytes.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") }
        return isPlain || integer != nil
    }

    /// Whether this is `[]`, which some clients send for no params.
    var isEmptyArray: Bool { kind == .array && !elements.contains { _ in true } }

    /// Whether this can be the id of an MCP request: a string or a whole number.
    public var isRequestID: Bool { kind == .string || isWholeNumber }
}

/// The requests of MCP, over all revisions.
enum RequestName: String, CaseIterable {
    case initialize
    case discover = "server/discover"
    case ping
    case setLevel = "logging/setLevel"
    case listTools = "tools/list"
    case callTool = "tools/call"
    case listResources = "resources/list"
    case listTemplates = "resources/templates/list"
    case readResource = "resources/read"
    case listPrompts = "prompts/list"
    case getPrompt = "prompts/get"
    case complete = "completion/complete"
    case listen = "subscriptions/listen"

    /// Whether the stateless revision has it.
    var isStateless: Bool {
        switch self {
        case .initialize, .ping, .setLevel: false
        default: true
        }
    }

    /// Whether the revisions that begin with `initialize` have it.
    var isLegacy: Bool { self != .discover && self != .listen }
}
