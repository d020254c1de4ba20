/// One member of a problem's `errors`.
struct FieldError: Equatable, Sendable {
    let field: String
    let code: String
    let message: String

    /// The field and the message may contain the client's names and values, so both are cut to 200 characters.
    init(field: String, code: String, message: String) {
        self.field = String(field.unicodeScalars.prefix(200))
        self.code = code
        self.message = String(message.unicodeScalars.prefix(200))
    }
}
