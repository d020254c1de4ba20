import JSON

/// Who reads a schema.
package enum SchemaReader: Sendable {
    /// A program that knows JSON Schema.
    case document
    /// An agent's host, which makes something else of it: a form for its model, a grammar. What one of those doesn't
    /// read is left out here (lists of types, lengths from 2,000 up), and what only makes it longer; it is checked all
    /// the same. What may be dropped on the way (patterns) is said in words as well.
    case tool
}

extension Parameter {
    /// The summary, which scopes choosing a word takes, and what null does.
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
    /// Characters that a schema for tools may bound a string to: grammars of local models stop below 2,000.
    private static let shownLength = 1999

    /// Writes the schema of a kind, with the description and what values look like if it is for tools.
    mutating func schema(_ kind: any ParameterKind, description: String, for reader: SchemaReader) {
        beginObject()
        if reader == .tool {
            let sentences = [description, kind.form ?? ""].filter { !$0.isEmpty }
            if !sentences.isEmpty { member("description", sentences.joined(separator: " ")) }
        }
        kind.writeSchema(to: &self, for: reader, orNull: false)
        endObject()
    }

    /// Writes that a value is an array. The array's own description says what its elements look like.
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
