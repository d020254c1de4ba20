import Bytes

/// A rendered body with its strong validator.
struct Rendered {
    let body: ByteBuffer
    /// The ETag with its quotes; it changes when any byte of the body does.
    let etag: String

    init(_ body: ByteBuffer) {
        self.body = body
        etag = "\"\(body.bytes.fingerprint.padded(to: 16, radix: 16))\""
    }
}
