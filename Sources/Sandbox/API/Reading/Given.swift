/// A member of a body: left out, `null`, or a value.
enum Given<Value> {
    case absent, null, value(Value)

    var value: Value? { if case .value(let value) = self { value } else { nil } }

    /// Applies the given value, and leaves an absent one unchanged; `null` clears.
    func apply(to old: inout Value?) {
        switch self {
        case .absent: break
        case .null: old = nil
        case .value(let new): old = new
        }
    }
}
