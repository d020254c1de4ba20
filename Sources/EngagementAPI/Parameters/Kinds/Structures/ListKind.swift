import Bytes
import JSON
import JSONRPC

/// An array, which may have a maximum length.
struct ListKind: ParameterKind {
    let element: any ParameterKind
    let maximum: Int?
    /// The flag that at most one element may set; nil for none.
    var exclusiveFlag: String?
    /// Whether something else names the elements by their places.
    var hasPlaces = false

    /// Whether no element holds a comma.
    var isOfWords = false

    var shape: ValueShape { hasPlaces ? .places(of: element) : isOfWords ? .words : .list(of: element) }
    var limits: String { "list\(maximum.map { ", at most \($0)," } ?? "") of \(element.limits)" }
    var form: String? { element.form }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.arrayType(of: element, for: reader, orNull: orNull)
        if let maximum { json.member("maxItems", maximum) }
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard value.kind == .array else { throw .invalid(field, "invalid_type", "\(field) must be an array.") }
        body.append("[")
        var isTaken = false
        for (index, item) in value.elements.enumerated() {
            if let maximum, index >= maximum {
                throw .invalid(field, "too_many", "\(field) may have at most \(maximum) elements.")
            }
            if index > 0 { body.append(",") }
            try element.append(item, at: "\(field)[\(index)]", to: body)
            guard let exclusiveFlag,
                item.members.contains(where: { $0.name.string == exclusiveFlag && $0.value.bool == true })
            else { continue }
            let inner = "\(field)[\(index)].\(exclusiveFlag)"
            guard !isTaken else {
                throw .invalid(
                    inner, "duplicate", "\(inner) is true, but another one before it is; one at most can be.")
            }
            isTaken = true
        }
        body.append("]")
    }
}

extension Parameter.Kind {
    /// - Parameters:
    ///   - flag: a member that at most one element may set to true.
    ///   - isOfWords: whether no element holds a comma.
    static func list(
        of element: Self, maximum: Int, onlyOneWith flag: String? = nil, isOfWords: Bool = false
    ) -> Self {
        Self(ListKind(element: element.type, maximum: maximum, exclusiveFlag: flag, isOfWords: isOfWords))
    }
}
