import Bytes
import JSON
import JSONRPC

/// Why a job's call failed.
package struct JobFailure: Error {
    /// What a token lacks, by the API's own words.
    enum Lack {
        /// A scope that every call of the kind needs.
        case general
        /// A scope that only private engagements need.
        case forPrivate
        /// The API does not say.
        case untold
    }

    /// The stable word: `not_found`.
    package let kind: String
    /// One sentence.
    package let message: String
    /// Whether a write happened: `yes`, `no`, `unknown`; nil for a read.
    let applied: String?
    /// Seconds to wait before the next try, if the API said so.
    let retryAfter: Double?
    /// What the token lacks, where the API said no to it.
    let lack: Lack
    /// Whether no request came to the API, because there was no way to it.
    let neverLeft: Bool
    /// The places in `contact_ids` that the API refused; empty if it refused anything else.
    let refusedPeople: [Int]
    /// The error object, one JSON text.
    let json: [UInt8]

    /// Reads an error object.
    init(_ error: JSONSlice) {
        let data = error.member("data")
        let kind = data?.member("kind")?.string ?? RPCFailure.Kind.internalError.rawValue
        self.kind = kind
        message = error.member("message")?.string ?? "The call failed."
        applied = data?.member("applied")?.string
        retryAfter = data?.member("retry_after_ms")?.integer.map { Double($0) / 1000 }
        lack = Lack(data?.member("problem"))
        let isAway = [RPCFailure.Kind.network, .tls].contains { $0.rawValue == kind }
        neverLeft = isAway && data?.member("attempts")?.integer == 0
        let errors = data?.member("errors")?.elements.map {
            FieldError(field: $0.member("field")?.string ?? "", code: "", message: "")
        }
        let places = errors?.compactMap { $0.index(in: "contact_ids") } ?? []
        refusedPeople = places.count == errors?.count ? places : []
        json = Array(error.bytes)
    }

    /// A failure that this process itself has found.
    package init(_ kind: RPCFailure.Kind, _ message: String, applied: String? = nil) {
        self.kind = kind.rawValue
        self.message = message
        self.applied = applied
        (retryAfter, lack, neverLeft, refusedPeople) = (nil, .untold, false, [])
        let out = ByteBuffer()
        var writer = JSONWriter(out)
        RPCFailure(kind, message).write(to: &writer)
        json = Array(out.bytes)
    }

    /// The call's end is not known, because the process was told twice to end.
    static let lost = JobFailure(.shuttingDown, "The process was told to end at once.", applied: "unknown")

    /// Whether it is of this kind.
    func isKind(_ kind: RPCFailure.Kind) -> Bool { self.kind == kind.rawValue }

    /// Whether the write was or may have been carried out.
    var mayBeApplied: Bool { applied == "unknown" || applied == "yes" }

    /// Whether no other call can succeed either.
    var isForAll: Bool {
        isKind(.unauthorized) || isKind(.notConfigured) || isKind(.journalFailed) || isKind(.notAllowed)
    }
}

extension JobFailure.Lack {
    /// Reads the scopes that the API's error body names.
    fileprivate init(_ problem: JSONSlice?) {
        var (isGeneral, isForPrivate) = (false, false)
        for word in problem?.bytes.split(whereSeparator: { !$0.isAlphanumeric && $0 != 0x3A && $0 != 0x5F }) ?? [] {
            let parts = String(decoding: word, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count > 1, let right = parts.last, right == "read" || right == "write" else { continue }
            if parts.dropFirst().first == "private" { isForPrivate = true } else { isGeneral = true }
        }
        // A body that names both lists what may be needed, and not what is missing.
        self = isGeneral == isForPrivate ? .untold : isGeneral ? .general : .forPrivate
    }
}
