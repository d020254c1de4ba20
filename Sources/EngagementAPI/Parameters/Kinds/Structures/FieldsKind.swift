import Bytes
import JSON
import JSONRPC

/// Names or dotted paths of the wanted fields of the answer.
struct FieldsKind: ParameterKind {
    var shape: ValueShape { .words }
    var limits: String { "list of names or dotted paths" }
    private var path: TextKind { TextKind(minimum: 1, maximum: 200) }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.arrayType(of: path, for: reader, orNull: orNull)
        json.member("minItems", 1)
    }

    func selection(_ value: JSONSlice, at field: String) throws(RPCFailure) -> FieldSelection {
        guard value.kind == .array else {
            let text = "\(field) must be an array of names such as [\"id\", \"contacts.id\"]."
            throw .invalid(field, "invalid_type", text)
        }
        var paths: [String] = []
        for (index, element) in value.elements.enumerated() where index <= FieldSelection.pathLimit {
            paths.append(try path.text(element, at: "\(field)[\(index)]"))
        }
        guard !paths.isEmpty, let selection = FieldSelection(paths) else {
            let limits = "1 to \(FieldSelection.pathLimit) names, dotted up to \(FieldSelection.depthLimit) deep"
            throw .invalid(field, "invalid_value", "\(field) takes \(limits), none of them empty.")
        }
        return selection
    }
}

extension Parameter.Kind {
    static var fields: Self { Self(FieldsKind()) }
}
