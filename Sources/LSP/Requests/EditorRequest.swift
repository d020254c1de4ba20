import JSON

/// A request of the protocol. Each is a file here and a line in `LanguageServer.served`.
protocol EditorRequest: Sendable {
    /// Its name.
    static var method: StaticString { get }
    /// The feature that it belongs to; nil for one that can't be switched off.
    static var feature: Feature? { get }
    /// The answer where there is nothing to say: `null`, or an empty list.
    static var nothing: StaticString { get }
    /// Writes the members of the server's `capabilities` that offer it.
    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter)
    /// Serves it.
    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply
}

extension EditorRequest {
    static var nothing: StaticString { "null" }
    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {}
}
