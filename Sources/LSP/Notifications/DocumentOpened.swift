import JSON

/// `textDocument/didOpen`.
enum DocumentOpened: EditorNotification {
    static let method: StaticString = "textDocument/didOpen"

    static func take(_ params: JSONSlice?, _ server: LanguageServer) {
        guard let item = params?.member("textDocument"), let document = server.documents.open(item) else { return }
        server.hasChanged(document, .opened)
    }
}
