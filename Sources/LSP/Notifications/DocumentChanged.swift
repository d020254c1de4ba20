import JSON

/// `textDocument/didChange`: parts of a text, or all of it. A change of a document that is not open says nothing.
enum DocumentChanged: EditorNotification {
    static let method: StaticString = "textDocument/didChange"

    static func take(_ params: JSONSlice?, _ server: LanguageServer) {
        guard let item = params?.member("textDocument"), let uri = item.member("uri")?.string,
            let changes = params?.member("contentChanges"),
            let document = server.documents.change(uri, to: item.member("version")?.integer, changes, server.encoding)
        else { return }
        server.hasChanged(document, .edited)
    }
}
