import Bytes

/// The query of a request, appended to its path: `?name=value&name=one,two`, with both sides percent-encoded.
package struct QueryString {
    private let target: ByteBuffer
    private var separator = UInt8(ascii: "?")

    init(_ target: ByteBuffer) { self.target = target }

    mutating func append(_ name: String, _ value: String) { append(name, list: CollectionOfOne(value)) }

    /// Appends the values as one, with plain commas between them; nothing for an empty list.
    mutating func append(_ name: String, list values: some Sequence<String>) {
        var isFirst = true
        for value in values {
            if isFirst {
                target.append(separator)
                target.appendPercentEncoded(name)
                target.append("=")
                (separator, isFirst) = (UInt8(ascii: "&"), false)
            } else {
                target.append(",")
            }
            target.appendPercentEncoded(value)
        }
    }
}
