import JSON

extension JSONWriter {
    /// Writes a whole notification (JSON-RPC 2.0 §4.1). Its params are an object with the members that `writeMembers`
    /// writes.
    public mutating func notification(_ method: String, _ writeMembers: (inout JSONWriter) -> Void) {
        begin(method, id: nil)
        end(writeMembers)
    }

    /// Writes a whole request (JSON-RPC 2.0 §4) of this process. Its params are an object with the members that
    /// `writeMembers` writes.
    public mutating func request(_ method: String, id: String, _ writeMembers: (inout JSONWriter) -> Void) {
        begin(method, id: id)
        end(writeMembers)
    }

    /// Writes a whole request without params.
    package mutating func request(_ method: String, id: String) {
        begin(method, id: id)
        endObject()
    }

    private mutating func begin(_ method: String, id: String?) {
        beginObject()
        member("jsonrpc", "2.0")
        if let id { member("id", id) }
        member("method", method)
    }

    private mutating func end(_ writeMembers: (inout JSONWriter) -> Void) {
        name("params")
        beginObject()
        writeMembers(&self)
        endObject()
        endObject()
    }
}
