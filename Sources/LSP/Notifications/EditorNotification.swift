import JSON

/// A notification of the protocol. Each is a file here and a line in `LanguageServer.notices`. Nobody is told when its
/// params say nothing, so it is ignored then.
protocol EditorNotification: Sendable {
    /// Its name.
    static var method: StaticString { get }
    /// Takes note of it.
    static func take(_ params: JSONSlice?, _ server: LanguageServer)
}
