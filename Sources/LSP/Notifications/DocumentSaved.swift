import JSON

/// `textDocument/didSave`.
enum DocumentSaved: EditorNotification {
    static let method: StaticString = "textDocument/didSave"

    static func take(_ params: JSONSlice?, _ server: LanguageServer) {
        guard let uri = params?.member("textDocument")?.member("uri")?.string, let document = server.documents[uri]
        else { return }
        // What was being typed is looked at like the rest now.
        if !document.touched.isEmpty { server.refresh() }
        document.settle()
        server.hasChanged(document, .saved)
    }
}
