import JSON

extension Parameter {
    /// The summary, the scopes that words need, and the meaning of null.
    package var documentation: String {
        if kind.isNullable, summary.hasSuffix(".") { return summary.dropLast() + "; null for none." }
        let scoped = kind.choices.compactMap { choice in choice.scope.map { "\(choice.value) needs \($0)" } }
        return scoped.isEmpty ? summary : "\(summary) Scopes: \(scoped.joined(separator: ", "))."
    }

    /// Writes the schema of its values, with a description if it is for tools.
    package func writeSchema(to json: inout JSONWriter, for reader: SchemaReader = .document) {
        json.schema(kind, description: summary, for: reader)
    }
}

extension JSONWriter {
    /// The largest string length in a schema for tools: grammars of local models stop below 2,000.
    private static let shownLength = 1999

    /// Writes a kind's schema; for tools also the description and the form of values.
    mutating func schema(_ kind: any ParameterKind, description: String, for reader: SchemaReader) {
        beginObject()
        if reader == .tool {
            let sentences = [description, kind.form ?? ""].filter { !$0.isEmpty }
            if !sentences.isEmpty { member("description", sentences.joined(separator: " ")) }
        }
        kind.writeSchema(to: &self, for: reader, orNull: false)
        endObject()
    }

    /// Writes an array type. Its description states the form of the elements.
    mutating func arrayType(of element: any ParameterKind, for reader: SchemaReader, orNull: Bool) {
        type("array", orNull: orNull)
        name("items")
        beginObject()
        element.writeSchema(to: &self, for: reader, orNull: false)
        endObject()
    }

    mutating func type(_ name: String, orNull: Bool) {
        if orNull { member("type", [name, "null"]) } else { member("type", name) }
    }

    mutating func maxLength(_ length: Int, for reader: SchemaReader) {
        if reader == .document || length <= Self.shownLength { member("maxLength", length) }
    }
}

extension [String] {
    /// The words as code, with commas between them.
    var listed: String { map { "`\($0)`" }.joined(separator: ", ") }
}
