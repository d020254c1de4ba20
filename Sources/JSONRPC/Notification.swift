import JSON

extension JSONWriter {
    /// Writes a whole notification (JSON-RPC 2.0 §4.1). Its params are an object with the members that `writeMembers`
    /// writes.
    public mutating func notification(_ method: String, _ writeMembers: (inout JSONWriter) -> Void) {
        message(method, id: nil, writeMembers)
    }

    /// Writes a whole request (JSON-RPC 2.0 §4) of this process. Its params are an object with the members that
    /// `writeMembers` writes.
    public mutating func request(_ method: String, id: String, _ writeMembers: (inout JSONWriter) -> Void) {
        message(method, id: id, writeMembers)
    }

    private mutating func message(_ method: String, id: String?, _ writeMembers: (inout JSONWriter) -> Void) {
        beginObject()
        member("jsonrpc", "2.0")
        if let id { member("id", id) }
        member("method", method)
        name("params")
        beginObject()
        writeMembers(&self)
        endObject()
        endObject()
    }
}
