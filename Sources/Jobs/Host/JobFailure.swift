import Bytes
import JSON
import JSONRPC

/// Why a job's call failed.
package struct JobFailure: Error {
    /// The stable word: `not_found`.
    package let kind: String
    /// One sentence.
    package let message: String
    /// Whether a write happened: `yes`, `no`, `unknown`; nil for a read.
    let applied: String?
    /// Seconds to wait before the next try, if the API said so.
    let retryAfter: Double?
    /// The error object, one JSON text.
    let json: [UInt8]

    /// Reads an error object.
    init(_ error: JSONSlice) {
        let data = error.member("data")
        kind = data?.member("kind")?.string ?? RPCFailure.Kind.internalError.rawValue
        message = error.member("message")?.string ?? "The call failed."
        applied = data?.member("applied")?.string
        retryAfter = data?.member("retry_after_ms")?.integer.map { Double($0) / 1000 }
        json = Array(error.bytes)
    }

    /// A failure that this process itself has found.
    package init(_ kind: RPCFailure.Kind, _ message: String, applied: String? = nil) {
        self.kind = kind.rawValue
        self.message = message
        self.applied = applied
        retryAfter = nil
        let out = ByteBuffer()
        var writer = JSONWriter(out)
        RPCFailure(kind, message).write(to: &writer)
        json = Array(out.bytes)
    }

    /// The call's end is not known, because the process was told twice to end.
    static let lost = JobFailure(.shuttingDown, "The process was told to end at once.", applied: "unknown")

    /// Whether it is of this kind.
    func isKind(_ kind: RPCFailure.Kind) -> Bool { self.kind == kind.rawValue }

    /// Whether no other call can succeed either.
    var isForAll: Bool {
        isKind(.unauthorized) || isKind(.notConfigured) || isKind(.journalFailed) || isKind(.notAllowed)
    }
}
