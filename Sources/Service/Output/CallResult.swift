import Bytes
import HTTP
import JSON

/// A call's success: the API's data, and how the call got it.
struct CallResult {
    /// Where the result's `data` is.
    enum Data {
        /// In the exchange's body, after the head that the face wrote there.
        case received
        /// In its own buffer.
        case made(ByteBuffer)
    }

    /// The exchange of the call's last request.
    let exchange: Exchange
    let data: Data
    /// Further members of the result, each with a comma before it.
    let members: ByteBuffer?
    /// Further members of its `meta`, each with a comma before it.
    let meta: ByteBuffer?
    /// Requests sent for the whole call.
    let attempts: Int
    /// Seconds since the call began.
    let elapsed: Double

    /// Appends the result's `meta`: status, version, attempts and time.
    func appendMeta(to frame: ByteBuffer) {
        if exchange.status > 0 {
            frame.append("{\"status\":")
            frame.append(decimal: exchange.status)
            if let version = exchange[.apiVersion] { Self.appendField(",\"api_version\":", version, to: frame) }
            if let etag = exchange[.etag] { Self.appendField(",\"etag\":", etag, to: frame) }
            frame.append(",\"attempts\":")
        } else {
            frame.append("{\"attempts\":")
        }
        frame.append(decimal: attempts)
        frame.append(",\"elapsed_ms\":")
        let tenths = max(1, Int((elapsed * 10_000).rounded(.up)))
        frame.append(decimal: tenths / 10)
        frame.append(".")
        frame.append(decimal: tenths % 10)
        if let meta { frame.append(meta) }
        frame.append("}")
    }

    /// Writes a header's value, which is the API's text, as an escaped string.
    private static func appendField(_ name: StaticString, _ value: Bytes, to frame: ByteBuffer) {
        frame.append(name)
        JSONWriter.appendString(value, to: frame)
    }
}
