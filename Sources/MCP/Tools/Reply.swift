import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Words the outcome of one API call for an MCP client. It lives as long as the call.
public final class Reply {
    /// What the client has requested.
    enum Shape {
        case tool
        /// A resource. `isTranscript`: whether only the transcript.
        case resource(uri: String, isTranscript: Bool)
        /// The list of resources, made from a list of engagements.
        case newest
    }

    /// An answer must have fewer bytes than this, without its line break: the largest line that clients are known to
    /// read.
    public static let lineLimit = 10_000_000

    /// The revision that the request came in.
    public let revision: Revision
    /// Whether `logging/setLevel` applies to this call. The stateless revision lacks it.
    public var mayLog: Bool { !revision.isStateless }
    /// The token for progress notifications, as spelled; nil when the client wants none.
    public let progressToken: [UInt8]?
    /// The client's `traceparent` (W3C Trace Context); nil when it gave none.
    public let traceparent: String?

    private let shape: Shape
    private let server: Server
    private var progress = 0

    init(_ shape: Shape, _ revision: Revision, _ meta: RequestMeta, server: Server) {
        self.shape = shape
        self.revision = revision
        progressToken = meta.progressToken.map { Array($0.bytes) }
        traceparent = meta.traceparent
        self.server = server
    }

    /// Appends `"result":…` or `"error":…` for a call that the API has answered.
    ///
    /// - Parameters:
    ///   - body: the API's body, one JSON text.
    ///   - members: further members of the result, each with a comma before it.
    ///   - meta: the result's `meta`, one JSON object.
    public func appendSuccess(_ body: Bytes, members: Bytes? = nil, meta: Bytes, to out: ByteBuffer) {
        switch shape {
        case .tool: appendToolResult(body, members, meta, to: out)
        case .newest: server.appendEngagements(body, revision, to: out)
        case .resource(let uri, let isTranscript):
            guard isTranscript else {
                return appendContents(of: uri, "application/json", to: out) { Self.appendText(body, to: $0) }
            }
            var scanner = JSONScanner(body)
            let root = try? scanner.text()
            guard let transcript = root?.member("transcript"), transcript.kind == .string else {
                let refusal = Refusal.noResource(uri, "This engagement has no transcript.", in: revision)
                return Self.append(refusal, to: out)
            }
            appendContents(of: uri, "text/plain", to: out) { CompactJSON.append(transcript.bytes, to: $0) }
        }
    }

    /// Appends `"result":…` or `"error":…` for a call that failed.
    public func appendFailure(_ failure: RPCFailure, to out: ByteBuffer) {
        switch shape {
        case .tool:
            let failure = failure.mapMessages(Tool.namingTools)
            guard failure.kind != .invalidParams || revision.argumentErrorsAreResults else {
                return Self.append(Refusal(failure), to: out)
            }
            let text = Self.compact { failure.write(to: &$0) }
            server.appendResult(revision, to: out) { json in
                json.name("content")
                Self.writeText(text, to: &json)
                json.member("isError", true)
            }
        // A failed list is sent empty, because an error could make a host give up the server.
        case .newest: server.appendEngagements(nil, revision, to: out)
        case .resource(let uri, _):
            let isMissing = failure.kind == .notFound || failure.kind == .invalidParams
            let refusal =
                isMissing ? Refusal.noResource(uri, failure.message, in: revision, cause: failure) : Refusal(failure)
            Self.append(refusal, to: out)
        }
    }

    /// The failure in place of an answer of `length` bytes, which is too long for its line. It says what to leave out.
    public func tooLong(_ length: Int, isInBatch: Bool, _ method: Method, _ terms: CallTerms) -> RPCFailure {
        let tenths = (length + 99_999) / 100_000
        let what = method.isWrite ? "The change was made, but its answer has" : "The answer has"
        let size = "\(what) \(tenths / 10).\(tenths % 10) MB, and MCP clients take lines of less than 10 MB"
        return RPCFailure(.badResponse, "\(size); \(advice(isInBatch, method, terms)).")
    }

    private func advice(_ isInBatch: Bool, _ method: Method, _ terms: CallTerms) -> String {
        if method.isWrite { return "read it back to check" }
        if isInBatch { return "send this request by itself" }
        let chosen = method.chosenWords(terms)
        if case .resource(_, true) = shape { return "this transcript can't be read over MCP" }
        if chosen.isEmpty { return "there is nothing to leave out" }
        return
            "leave \((chosen.contains("transcript") ? ["transcript"] : chosen).joined(separator: ", ")) out of expand"
    }

    /// Appends a progress notification, if the client wants it. `doing` is a sentence about the call's state.
    public func appendProgress(_ doing: String, to out: ByteBuffer) {
        guard let progressToken else { return }
        progress += 1
        var json = JSONWriter(out)
        json.notification("notifications/progress") { json in
            json.name("progressToken")
            json.compact(progressToken)
            json.member("progress", progress)
            if revision.hasProgressMessages { json.member("message", doing) }
        }
    }

    private func appendToolResult(_ body: Bytes, _ members: Bytes?, _ meta: Bytes, to out: ByteBuffer) {
        let text = ByteBuffer(capacity: body.count + meta.count + 32)
        text.append("{\"data\":")
        CompactJSON.append(body, to: text)
        if let members { CompactJSON.append(members, to: text) }
        text.append(",\"meta\":")
        text.append(meta)
        text.append("}")
        server.appendResult(revision, to: out) { json in
            json.name("content")
            Self.writeText(text, to: &json)
            if revision.hasStructuredContent {
                json.name("structuredContent")
                json.raw(text)
            }
            json.member("isError", false)
        }
    }

    private static func writeText(_ text: ByteBuffer, to json: inout JSONWriter) {
        json.beginArray()
        json.beginObject()
        json.member("type", "text")
        json.name("text")
        CompactJSON.appendQuoted(text, to: json.out)
        json.endObject()
        json.endArray()
    }

    private static func appendText(_ body: Bytes, to out: ByteBuffer) {
        let text = ByteBuffer(capacity: body.count)
        CompactJSON.append(body, to: text)
        CompactJSON.appendQuoted(text, to: out)
    }

    private func appendContents(of uri: String, _ type: String, to out: ByteBuffer, _ appendText: (ByteBuffer) -> Void)
    {
        server.appendResult(revision, cache: .notAtAll, to: out) { json in
            json.name("contents")
            json.beginArray()
            json.beginObject()
            json.member("uri", uri)
            json.member("mimeType", type)
            json.name("text")
            appendText(json.out)
            json.endObject()
            json.endArray()
        }
    }

    private static func append(_ refusal: Refusal, to out: ByteBuffer) {
        out.append("\"error\":")
        out.append(compact { refusal.write(to: &$0) })
    }

    /// What `write` writes, as compact JSON: it may contain the API's error body with its white space.
    private static func compact(_ write: (inout JSONWriter) -> Void) -> ByteBuffer {
        let spaced = ByteBuffer()
        var json = JSONWriter(spaced)
        write(&json)
        let out = ByteBuffer(capacity: spaced.count)
        withExtendedLifetime(spaced) { CompactJSON.append(spaced.bytes, to: out) }
        if spaced.isIncomplete { out.markIncomplete() }
        return out
    }
}
