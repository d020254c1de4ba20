import JSON

/// A request as the client has sent it. Borrowed while it is served.
struct AskedRequest {
    let id: JSONSlice
    let params: JSONSlice?

    /// The address of the document that it is about.
    func uri() throws(EditorRefusal) -> String {
        guard let uri = params?.member("textDocument")?.member("uri")?.string else {
            throw .params("The request needs textDocument, with a uri.")
        }
        return uri
    }

    /// The place that it is about.
    func position() throws(EditorRefusal) -> TextPosition {
        guard let position = params?.member("position")?.position else {
            throw .params("The request needs a position, with line and character from 0.")
        }
        return position
    }

    /// The range that it is about.
    func range() throws(EditorRefusal) -> TextRange {
        guard let range = params?.member("range")?.range else {
            throw .params("The request needs a range, with start and end.")
        }
        return range
    }
}
