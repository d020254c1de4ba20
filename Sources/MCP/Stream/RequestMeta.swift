import Bytes
import JSON

/// The members of a request's `_meta` that this server reads.
struct RequestMeta {
    /// The version that the request names, if any.
    var version: JSONSlice?
    /// The client's capabilities.
    var capabilities: JSONSlice?
    /// The lowest level of log messages that the client wants.
    var logLevel: JSONSlice?
    /// A string or a whole number.
    var progressToken: JSONSlice?
    /// The trace that the request belongs to, if it is a valid W3C Trace Context.
    var traceparent: String?

    /// Whether any member marks the request as one of the stateless revision.
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
        traceparent = meta.member("traceparent")?.plainString.flatMap { Self.isTrace($0) ? $0.text : nil }
    }
}

extension RequestMeta {
    /// Whether it is four fields of 2, 32, 16 and 2 hexadecimal digits. A later version may add more after another `-`.
    fileprivate static func isTrace(_ text: Bytes) -> Bool {
        guard 55...256 ~= text.count, text.count == 55 || text[55] == UInt8(ascii: "-") else { return false }
        return (0..<text.count).allSatisfy { at in
            let byte = text[at]
            if [2, 35, 52, 55].contains(at) { return byte == UInt8(ascii: "-") }
            if at > 55 { return byte > 0x20 && byte < 0x7F }
            return byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}

extension JSONSlice {
    /// Whether this is an integer of JSON Schema: `7` or `7.0`; beyond 2⁵³ only in plain digits.
    var isWholeNumber: Bool {
        guard kind == .number else { return false }
        let isPlain = bytes.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") }
        return isPlain || integer != nil
    }

    /// Whether this is `[]`, which some clients send in place of no params.
    var isEmptyArray: Bool { kind == .array && !elements.contains { _ in true } }

    /// Whether this can be the id of an MCP request: a string or a whole number.
    public var isRequestID: Bool { kind == .string || isWholeNumber }
}
