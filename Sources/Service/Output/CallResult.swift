import Bytes
import HTTP
import JSON

/// A call's success: what the API sent, and how it came about.
struct CallResult {
    /// Where the result's `data` stands.
    enum Data {
        /// In the answer, behind what the face began it with: the exchange's own body.
        case received
        /// In a buffer of its own.
        case made(ByteBuffer)
    }

    /// What the last request of the call brought.
    let exchange: Exchange
    let data: Data
    /// Further members of the result, each with a comma before it.
    let members: ByteBuffer?
    /// Further members of its `meta`, each with a comma before it.
    let meta: ByteBuffer?
    /// Requests of the whole call that went on the wire.
    let attempts: Int
    /// Seconds from when the call was taken up.
    let elapsed: Double

    /// Appends how the answer came about: the result's `meta`.
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

    /// A header's value is the API's text: written as a string of ours, escaped as needed.
    private static func appendField(_ name: StaticString, _ value: Bytes, to frame: ByteBuffer) {
        frame.append(name)
        JSONWriter.appendString(value, to: frame)
    }
}
