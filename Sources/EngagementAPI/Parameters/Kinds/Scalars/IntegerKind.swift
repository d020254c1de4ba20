import Bytes
import JSON
import JSONRPC

struct IntegerKind: ParameterKind {
    let range: ClosedRange<Int>

    var shape: ValueShape { .integer }
    var limits: String {
        range.upperBound == .max
            ? "whole number from \(range.lowerBound)" : "whole number, \(range.lowerBound) to \(range.upperBound)"
    }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("integer", orNull: orNull)
        json.member("minimum", range.lowerBound)
        // Beyond 2⁵³, which is the last number that all readers of JSON hold exactly, nothing is taken anyway.
        if range.upperBound < 1 << 53 { json.member("maximum", range.upperBound) }
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        body.append(decimal: try number(value, at: field))
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String { "\(try number(value, at: field))" }

    func number(_ value: JSONSlice, at field: String) throws(RPCFailure) -> Int {
        guard let number = value.integer, range.contains(number) else {
            let text = "\(field) must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            throw .invalid(field, value.kind == .number ? "invalid_range" : "invalid_type", text)
        }
        return number
    }
}

extension Parameter.Kind {
    static func integer(_ range: ClosedRange<Int>) -> Self { Self(IntegerKind(range: range)) }
}
