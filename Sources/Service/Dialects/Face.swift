import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// How the way and the outcome of a call are told to the host that made it. Knows nothing of HTTP's requests or
/// retries.
protocol Face: AnyObject {
    /// Of which trace the host says that the call is part (W3C Trace Context).
    var traceparent: String? { get }
    /// The call's params have been checked.
    func take(_ terms: CallTerms)
    /// Begins an answer so that the API's body can be received behind what stands there then.
    func begin(_ answer: ByteBuffer, _ id: Bytes, _ destination: Destination)
    /// Makes an answer that `begin` has begun the frame to send, or puts another in its place. Throws what is to be
    /// told instead when the host can't take so much.
    func complete(
        _ answer: inout ByteBuffer, _ id: Bytes, _ result: CallResult, _ destination: Destination
    ) throws(RPCFailure)
    /// Makes `answer` the frame that tells a failure.
    func fail(_ answer: ByteBuffer, _ id: Bytes, _ failure: RPCFailure, elapsed: Double, _ destination: Destination)
    /// Has a person asked, by a request with this id.
    func ask(_ message: String, id: String)
    /// The question is not to be asked any more.
    func withdraw(id: String)
    /// Makes `answer` the frame that has the client ask a person and call again with `state`.
    func requireInput(_ answer: ByteBuffer, _ id: Bytes, _ message: String, state: String, _ destination: Destination)
    /// Whether the host wants to hear now and then that its call is still under way.
    var wantsSigns: Bool { get }
    /// The call is still under way, so many seconds after it was taken up.
    func tell(_ wait: CallWait, seconds: Double)
    /// The call goes on after a pause.
    func tell(_ pause: CallPause)
    /// The call has come so far. `token` is what the host has asked to have named; empty when nothing.
    func tell(_ progress: CallProgress, token: [UInt8])
}

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

/// How far a call of many requests is.
struct CallProgress {
    let items: Int
    let pages: Int
}

/// What a call that is under way waits for.
enum CallWait {
    case answer, person
    /// Another change of the same record, or a place.
    case turn
}

/// Why and for how long a call waits before its next request.
struct CallPause {
    /// What went wrong before; nil when it waits because the API limits the rate of calls.
    let failure: RPCFailure?
    /// Requests of the call that went on the wire so far.
    let attempts: Int
    /// Seconds until it goes on.
    let seconds: Double
}

/// Plain JSON-RPC 2.0, also for plain methods on a stream that has become MCP.
final class PlainFace: Face {
    private let output: Output
    private let mcp: MCPStream

    init(output: Output, mcp: MCPStream) {
        self.output = output
        self.mcp = mcp
    }

    func take(_ terms: CallTerms) {
        // A stream on which params name a revision of MCP is MCP from here on.
        if terms.namesRevision { mcp.activate() }
    }

    var traceparent: String? { nil }

    private static let largeData = 128 * 1024

    // Plain JSON-RPC has no way to ask a person, and nobody is to be asked on it.
    func ask(_ message: String, id: String) {}
    func withdraw(id: String) {}
    func requireInput(
        _ answer: ByteBuffer, _ id: Bytes, _ message: String, state: String, _ destination: Destination
    ) {}

    func begin(_ answer: ByteBuffer, _ id: Bytes, _ destination: Destination) {
        output.begin(answer, destination)
        openEnvelope(id, to: answer)
        answer.append(",\"result\":{\"data\":")
    }

    func complete(
        _ answer: inout ByteBuffer, _ id: Bytes, _ result: CallResult, _ destination: Destination
    ) throws(RPCFailure) {
        if case .made(let data) = result.data {
            // Megabytes are moved where they are: a copy has to be given its memory page by page first.
            if data.count > Self.largeData {
                data.prepend(answer)
                answer = data
            } else {
                answer.append(data)
            }
        }
        if let members = result.members { answer.append(members) }
        answer.append(",\"meta\":")
        result.appendMeta(to: answer)
        answer.append("}}")
    }

    func fail(_ answer: ByteBuffer, _ id: Bytes, _ failure: RPCFailure, elapsed: Double, _ destination: Destination) {
        output.begin(answer, destination)
        openEnvelope(id, to: answer)
        write(failure, to: answer)
    }

    var wantsSigns: Bool { false }
    func tell(_ wait: CallWait, seconds: Double) {}
    func tell(_ pause: CallPause) {}

    func tell(_ progress: CallProgress, token: [UInt8]) {
        guard !token.isEmpty else { return }
        output.send { frame in
            var json = JSONWriter(frame)
            json.beginObject()
            json.member("jsonrpc", "2.0")
            json.member("method", "$/progress")
            json.name("params")
            json.beginObject()
            json.name("token")
            token.withUnsafeBytes { json.raw($0) }
            json.name("value")
            json.beginObject()
            json.member("items", progress.items)
            json.member("pages", progress.pages)
            json.endObject()
            json.endObject()
            json.endObject()
        }
    }

    /// Sends a result that `write` appends, for a request that never was a call.
    func answer(_ id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        output.send(destination) { frame in
            openEnvelope(id?.bytes ?? Bytes("null"), to: frame)
            frame.append(",\"result\":")
            write(frame)
            frame.append("}")
        }
    }

    /// Sends a failure, for a request that never was a call. On MCP an id that can't be read is left out, because none
    /// of its schemas takes `null`.
    func refuse(_ id: JSONSlice?, _ failure: RPCFailure, _ destination: Destination) {
        output.send(destination) { frame in
            if mcp.isActive, id?.isRequestID != true {
                frame.append("{\"jsonrpc\":\"2.0\"")
            } else {
                openEnvelope(id?.bytes ?? Bytes("null"), to: frame)
            }
            write(failure, to: frame)
        }
    }

    private func write(_ failure: RPCFailure, to frame: ByteBuffer) {
        frame.append(",\"error\":")
        var json = JSONWriter(frame)
        failure.write(to: &json)
        frame.append("}")
    }

    /// Begins a message with the id as spelled, on MCP with what may not go out raw there escaped.
    private func openEnvelope(_ id: Bytes, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",\"id\":")
        if mcp.isActive { CompactJSON.append(id, to: frame, isClients: true) } else { frame.append(id) }
    }
}
