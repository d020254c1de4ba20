import JSON

/// A fault in a document.
package struct EditorDiagnostic {
    /// How bad it is, in the protocol's numbers.
    package enum Severity: Int {
        case error = 1
        case warning = 2
    }

    /// The bytes that are wrong.
    package let range: Range<Int>
    package let severity: Severity
    /// The stable word for it: `not_found`.
    package let code: String
    /// One sentence.
    package let message: String

    /// A fault at `range`.
    package init(_ range: Range<Int>, _ severity: Severity, code: String, _ message: String) {
        self.range = range
        self.severity = severity
        self.code = code
        self.message = message
    }

    func write(_ document: TextDocument, _ encoding: PositionEncoding, to json: inout JSONWriter) {
        json.beginObject()
        json.member("range", document.range(of: range, encoding))
        json.member("severity", severity.rawValue)
        json.member("code", code)
        json.member("source", "engagement-rpc")
        json.member("message", message.printable)
        json.endObject()
    }
}
