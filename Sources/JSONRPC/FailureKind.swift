extension RPCFailure {
    /// The stable word for a failure. Each has one code, unless the HTTP status is the code.
    public enum Kind: String, CaseIterable, Sendable {
        case parseError = "parse_error"
        case invalidRequest = "invalid_request"
        case tooLarge = "too_large"
        case methodNotFound = "method_not_found"
        case invalidParams = "invalid_params"
        case internalError = "internal_error"
        case cancelled
        case network
        case timeout
        case tls
        case badResponse = "bad_response"
        case notConfigured = "not_configured"
        case shuttingDown = "shutting_down"
        case declined
        case journalFailed = "journal_failed"
        case notAllowed = "not_allowed"
        case badRequest = "bad_request"
        case unauthorized
        case forbidden
        case notFound = "not_found"
        case conflict
        case preconditionFailed = "precondition_failed"
        case unprocessable
        case rateLimited = "rate_limited"
        case serverError = "server_error"
        case unexpectedStatus = "unexpected_status"

        /// The kind for an HTTP status that is not a success.
        public init(status: Int) {
            self =
                Self.allCases.first { $0.code == status } ?? (500...599 ~= status ? .serverError : .unexpectedStatus)
        }

        /// The code of the error object: JSON-RPC's own, one of this program's (1001 and up), or the HTTP status. Nil
        /// for kinds that several statuses share.
        public var code: Int? { entry.code }

        /// The code, as a table shows it.
        package var shownCode: String { code.map { "\($0)" } ?? (self == .serverError ? "5xx" : "other") }

        /// When any API call may end in it, as a sentence; nil for kinds that depend on the method.
        package var occasion: String? { entry.occasion }

        /// What happened and what to do, for the table of kinds.
        package var advice: String { entry.advice }

        /// The facts about a kind. A new kind is a case above and an entry here.
        private var entry: (code: Int?, occasion: String?, advice: String) {
            switch self {
            case .parseError: (-32700, nil, Self.badLine)
            case .invalidRequest, .tooLarge: (-32600, nil, Self.badLine)
            case .methodNotFound: (-32601, nil, Self.badCall)
            case .invalidParams:
                (
                    -32602, "A parameter is missing, unknown or not as its schema says; nothing was sent.",
                    Self.badCall
                )
            case .internalError:
                (
                    -32603, "The process could not make the request, or has no memory for the answer.",
                    "a fault of this program: please report it with `--log-level debug`"
                )
            case .cancelled:
                (
                    -32800, "The host cancelled the call; applied says what became of a write.",
                    "you cancelled the call: read `applied`"
                )
            case .network:
                (1001, "No connection came about, or it ended before the API answered.", Self.noAnswer)
            case .timeout: (1002, "The call's time was over before an answer had come.", Self.noAnswer)
            case .tls:
                (
                    1003, "TLS failed: a certificate, a name in it, or the clock.",
                    "a certificate is not trusted: `doctor` names the file in use, `--ca-file` adds one"
                )
            case .badResponse:
                (
                    1004, "What came back is not a usable answer: not JSON, cut, or over 64 MiB.",
                    "the answer is not JSON (`cause` has the byte), about another resource, or not the API's: `message` "
                        + "says when a page or a firewall stands between"
                )
            case .notConfigured:
                (
                    1005, "There is no token, or it can't be used; nothing was sent.",
                    "no token, or a clear-text address: `engagement-rpc doctor` says what to set"
                )
            case .shuttingDown:
                (
                    1006, "The process is ending: applied and attempts say what became of a call that had begun.",
                    "the process ended: read `applied`"
                )
            case .notAllowed:
                (
                    1007, "The process's settings exclude the method; nothing was sent.",
                    "`--read-only`, `--methods` or `--confirm always` forbids it"
                )
            case .declined:
                (
                    1008, "A person was asked, and did not say yes (--confirm); nothing was changed.",
                    "the person who was asked did not say yes"
                )
            case .journalFailed:
                (
                    1009, "The journal could not be written or read; nothing was changed.",
                    "the journal could not be written, so nothing was changed: check the disk and the file's rights"
                )
            case .badRequest: (400, nil, Self.refused)
            case .unauthorized: (401, nil, "the token is wrong or has expired")
            case .forbidden: (403, nil, "the token lacks one of `required_scopes`, or the record is private")
            // Also used when the process itself finds nothing.
            case .notFound:
                (
                    404, nil,
                    "the id is of another workspace, or deleted; `message` says where the address is inferred"
                )
            case .conflict: (409, nil, Self.refused)
            // Also used when the process itself finds that an expectation does not hold.
            case .preconditionFailed:
                (412, nil, "somebody changed it: look at `current_contact_ids`, decide again")
            case .unprocessable: (422, nil, Self.refused)
            // Also used when the process itself holds a call back.
            case .rateLimited:
                (429, nil, "wait `retry_after_ms`; send fewer at once, or set `--max-calls-per-second`")
            case .serverError, .unexpectedStatus:
                (nil, nil, "read `applied`; `request_id` is what the API's support asks for")
            }
        }

        private static let badLine =
            "the line is not JSON, not a request, or over 16 MiB: `message` names the byte; write one text per line"
        private static let badCall =
            "the nearest name and the place are in `message`; `engagement-rpc help METHOD` has the parameters"
        private static let noAnswer =
            "read `applied`; `cause` has the host and libcurl's words; try `doctor`, `--timeout-ms`, a proxy's variables"
        private static let refused =
            "`message` names the first value that was refused, `errors` each field; the same again fails again"
    }
}
