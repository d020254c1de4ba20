import JSON

/// `workspace/didChangeConfiguration`: features are switched off and on, in `engagementRpc` of the settings.
enum ConfigurationChanged: EditorNotification {
    static let method: StaticString = "workspace/didChangeConfiguration"

    static func take(_ params: JSONSlice?, _ server: LanguageServer) {
        server.adopt(settings: params?.member("settings")?.member("engagementRpc"))
    }
}
