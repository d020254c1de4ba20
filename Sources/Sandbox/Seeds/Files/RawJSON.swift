import Bytes
import JSON

/// A JSON value as it was spelled.
struct RawJSON: Sendable {
    private let text: [UInt8]

    init(_ value: JSONSlice) { text = Array(value.bytes) }

    func write(to json: inout JSONWriter) {
        text.withUnsafeBytes { json.raw(Bytes($0)) }
    }
}
