import JSON

/// `textDocument/didClose`.
enum DocumentClosed: EditorNotification {
    static let method: StaticString = "textDocument/didClose"

    static func take(_ params: JSONSlice?, _ server: LanguageServer) {
        guard let uri = params?.member("textDocument")?.member("uri")?.string,
            let document = server.documents.close(uri)
        else { return }
        server.hasChanged(document, .closed)
        server.dropLookUps()
    }
}
