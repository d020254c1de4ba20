import Bytes
import HTTP
import JSON
import JSONRPC

extension Method {
    /// The further scopes for a private engagement (API reference, "Authentication and scopes").
    public var privateScopes: [String] {
        if scopes == ["transcript_timelines:read"] { return ["engagements:read", "engagements:private:read"] }
        return scopes.filter { $0.hasPrefix("engagements:") }.map { "engagements:private:" + $0.dropFirst(12) }
    }

    /// The scopes that some calls need besides the method's own, each with its condition.
    var conditionalScopes: [(condition: String, scopes: [String])] {
        var conditions: [(String, [String])] = []
        for parameter in parameters {
            conditions += parameter.kind.choices.compactMap { choice in
                choice.scope.map { ("\(parameter.name) \(choice.value)", [$0]) }
            }
        }
        return conditions + (privateScopes.isEmpty ? [] : [("private engagement", privateScopes)])
    }

    /// The scopes that a call needs: the method's own and those of the chosen words.
    public func requiredScopes(_ terms: CallTerms) -> [String] {
        var scopes = scopes
        if terms.editing != nil, !scopes.contains("contacts:read") { scopes += ["engagements:read", "contacts:read"] }
        for scope in parameters.flatMap({ $0.kind.chosenChoices(terms) }).compactMap(\.scope)
        where !scopes.contains(scope) { scopes.append(scope) }
        return scopes
    }
}

extension RPCFailure {
    /// This failure for a call that sent nothing: a write was not applied.
    public func unsent(_ method: Method) -> RPCFailure {
        guard method.isWrite else { return self }
        var failure = self
        (failure.applied, failure.attempts) = ("no", 0)
        return failure
    }

    /// The failure that a finished exchange means for its caller. This is the only place where HTTP and libcurl become
    /// an error answer. The caller adds what earlier attempts mean (`applied`, `attempts`).
    ///
    /// - Parameters:
    ///   - exchange: finished or abandoned, and not a success.
    ///   - wasAbandoned: whether our own timers gave it up.
    ///   - method: the called method.
    ///   - terms: the call's terms.
    ///   - wallClock: seconds since 1970, for `Retry-After`.
    public init(
        _ exchange: Exchange, wasAbandoned: Bool, method: Method, terms: CallTerms, wallClock: Double
    ) {
        if exchange.isAnothers {
            self = Self.anothers
        } else if let interposer = exchange.interposer, 200..<300 ~= exchange.status || interposer == .firewall {
            self = Self.interposed(interposer, exchange)
        } else if let failure = exchange.failure, exchange.status < 300 || failure == .tooLarge || failure == .noMemory
        {
            self = Self.transfer(failure, exchange, method)
        } else if wasAbandoned, exchange.status < 300 {
            self = RPCFailure(.timeout, "The API did not answer in time.", retryable: true)
        } else if 200..<300 ~= exchange.status {
            let what = exchange.answer.isEmpty ? "has no body" : "is not valid JSON"
            self = Self.unusable("The API's answer \(what)", exchange, method)
        } else {
            self = Self.refusal(exchange, of: method, terms, wallClock: wallClock)
        }
        adopt(exchange)
    }

    private static let anothers = RPCFailure(
        .badResponse,
        "The answer is about another resource than the one asked for, so it was not taken, and the connection that it "
            + "came on is not used again."
    ).mayBeRetried

    private static func interposed(_ interposer: Interposer, _ exchange: Exchange) -> RPCFailure {
        var text = "Something stands between this program and the API and answered in its place: "
        switch interposer {
        case .firewall:
            let action = exchange[.wafAction]?.text.printable.cut(after: 40) ?? ""
            text += "a firewall (x-amzn-waf-action: \(action)); ask those who run it to let this program through."
        case .page: text += "a page came\(type(exchange)) and not JSON; check the base URL and https_proxy."
        }
        return RPCFailure(.badResponse, text).mayBeRetried
    }

    private static func type(_ exchange: Exchange) -> String {
        exchange[.contentType].map { " (\($0.text.printable.cut(after: 60)))" } ?? ""
    }

    /// Copies the facts in the answer's head: its status, the API's version, the API's id for the request.
    public mutating func adopt(_ exchange: Exchange) {
        // An interim answer (1xx) says nothing about the request.
        if exchange.status >= 200 { status = exchange.status }
        if cause == nil { cause = exchange.cause }
        apiVersion = exchange[.apiVersion]?.text
        if requestID == nil { requestID = exchange[.requestID]?.text }
    }

    private static func transfer(
        _ failure: TransferFailure, _ exchange: Exchange, _ method: Method
    ) -> RPCFailure {
        switch failure {
        case .resolve:
            return RPCFailure(.network, "The API's host name has no address; check the base URL and the network.")
                .mayBeRetried
        case .connect:
            return RPCFailure(
                .network,
                "No connection to the API's host could be made; check the base URL, the network and the proxy."
            ).mayBeRetried
        case .loopback:
            return RPCFailure(
                .network, "The base URL is on this machine, whose loopback interface is down; bring it up."
            ).mayBeRetried
        case .proxy:
            return RPCFailure(.network, "The proxy can't be used; check https_proxy and no_proxy.").mayBeRetried
        case .proxyRefused(407):
            let text = "The proxy wants a login (407); put one into https_proxy, as in http://NAME:PASSWORD@HOST:PORT."
            return RPCFailure(.network, text)
        case .proxyRefused(let status):
            let text = "The proxy did not open a way to the API's host (\(status)); check https_proxy and no_proxy."
            return RPCFailure(.network, text, retryable: !failure.isFinal)
        case .lookupTimeout:
            return RPCFailure(
                .network,
                "No name server answered for the API's host in time; check the name servers in /etc/resolv.conf."
            ).mayBeRetried
        case .connectTimeout:
            return RPCFailure(.network, "The API's host did not take a connection in time.").mayBeRetried
        case .handshakeTimeout:
            return RPCFailure(
                .timeout, "The API's host took the connection, but TLS with it did not come about in time."
            )
            .mayBeRetried
        case .handshakeEnded:
            return RPCFailure(
                .network, "The API's host took the connection and ended it before TLS with it stood."
            ).mayBeRetried
        case .tls(let reason, let peer):
            let whose = peer == .api ? "the API's host" : "the proxy"
            let check = peer == .api ? "the base URL" : "https_proxy"
            return RPCFailure(
                .tls, "TLS with \(whose) failed: \(reason). Check the clock, \(check) and --ca-file.")
        case .clientCertificateWanted:
            return RPCFailure(
                .tls,
                "The API's host wants a certificate of the client, which this program has none of; check the base URL."
            )
        case .broken where exchange.status >= 200:
            return unusable("The connection ended inside the API's answer", exchange, method)
        case .broken, .resend:
            return RPCFailure(.network, "The connection ended before the API answered.").mayBeRetried
        case .noMemory:
            return RPCFailure(.internalError, "There is no memory for the API's answer; ask for less at once.")
                .mayBeRetried
        case .notHTTP where exchange.status >= 200:
            return unusable("The API's answer breaks the rules of HTTP", exchange, method)
        case .notHTTP: return RPCFailure(.badResponse, "What came back from the API's host is not HTTP.").mayBeRetried
        case .tooLarge:
            return RPCFailure(.badResponse, "The API's answer is over 64 MiB; ask for less, for example by expand.")
        case .headersTooLarge:
            return RPCFailure(.badResponse, "The header section of the API's answer is over 300 lines or 256 KiB.")
        case .encoding: return unusable("The API's answer can't be decompressed", exchange, method)
        case .local(let reason): return RPCFailure(.internalError, "The request could not be made: \(reason).")
        }
    }

    private static func unusable(_ what: String, _ exchange: Exchange, _ method: Method) -> RPCFailure {
        // A method that writes may read first.
        if method.isWrite, exchange.request.verb != .get {
            return RPCFailure(.badResponse, "\(what), but it said that the change was made; read it back.")
        }
        return RPCFailure(.badResponse, "\(what).").mayBeRetried
    }

    private var mayBeRetried: RPCFailure {
        var copy = self
        copy.retryable = true
        return copy
    }

    private static func refusal(
        _ exchange: Exchange, of method: Method, _ terms: CallTerms, wallClock: Double
    ) -> RPCFailure {
        let status = exchange.status
        let isRetryable = RetryableStatus(status) != nil
        let isPage = exchange.interposer == .page
        let text =
            (isPage ? pageSentence(exchange, method) : redirectSentence(exchange))
            ?? sentence(status, method, terms, isRetryable: isRetryable)
        var failure = RPCFailure(Kind(status: status), text, retryable: isRetryable)
        failure.status = status
        if let seconds = exchange.retryAfter(wallClock: wallClock) {
            failure.retryAfterMs = Int(min(seconds, RetryAfter.longestTold) * 1000)
        }
        if status == 403, !isPage { failure.requiredScopes = method.requiredScopes(terms) }
        if status == 429, failure.retryAfterMs != nil { failure.message += ", not before retry_after_ms" }
        failure.adopt(ProblemBody(exchange.answer), exchange, method)
        failure.message += "."
        return failure
    }

    /// Says that a page came instead of the API's reasons, for statuses that would otherwise make the caller suspect
    /// the token or the id.
    private static func pageSentence(_ exchange: Exchange, _ method: Method) -> String? {
        guard [401, 403, 404].contains(exchange.status) else { return nil }
        let hint = exchange.status == 404 ? inferredHint(method) : ""
        return
            "What answered with \(exchange.status) sent a page\(type(exchange)) and is not the API: something stands "
            + "between, such as a proxy or a firewall, or the base URL leads elsewhere\(hint)"
    }

    private static func redirectSentence(_ exchange: Exchange) -> String? {
        guard 300..<400 ~= exchange.status, exchange.status != 304 else { return nil }
        let place = exchange[.location].flatMap(RedirectTarget.shown).map { " to \($0)" } ?? ""
        return
            "The API answered with a redirect (\(exchange.status))\(place), which is never followed; check the base URL"
    }

    private static func inferredHint(_ method: Method) -> String {
        method.source == .inferred
            ? " (this method's address is inferred: the API's reference does not print it)" : ""
    }

    /// Copies the API's error body, and points to its content.
    private mutating func adopt(_ body: ProblemBody, _ exchange: Exchange, _ method: Method) {
        problem = body.text
        errors = body.errors
        if let id = body.requestID { requestID = id }
        guard [400, 409, 422].contains(exchange.status) else { return }
        if let first = errors.first {
            // A log or an editor shows only the message.
            message += ": \(first.place(exchange.request, method))"
            message += errors.count > 1 ? "; data.errors has \(errors.count - 1) more" : "; see data.errors"
        } else if let words = body.words {
            message += ": \(words)"
        } else if problem != nil {
            message += "; data.problem is all that it said"
        } else if exchange.failure == .encoding {
            message += ", and its reasons can't be decompressed"
        } else if exchange.answer.isEmpty {
            message += ", and did not say why"
        } else {
            let type = exchange[.contentType].map { " but \($0.text.cut(after: 60))" } ?? ""
            message += ", and its reasons are not JSON\(type)"
        }
    }

    /// The meaning of the status, as a sentence without its full stop.
    static func sentence(_ status: Int, _ method: Method, _ terms: CallTerms, isRetryable: Bool) -> String {
        switch status {
        case 400: return "The API found the request malformed (400)"
        case 401:
            return "The API does not accept the token (401); check ENGAGEMENT_RPC_TOKEN, --token-file or "
                + "--token-command"
        case 403:
            let needs = method.requiredScopes(terms).joined(separator: " and ")
            let further = method.privateScopes.joined(separator: " and ")
            return "The token may not do this (403)" + (needs.isEmpty ? "" : ": \(method.name) needs \(needs)")
                + (further.isEmpty ? "" : ", and if the engagement is private \(further)")
        case 404:
            return "The API has no such resource, or hides it from this token (404); check the id"
                + inferredHint(method)
        case 409: return "The API found a conflict with another resource (409)"
        case 405: return "The API has no such method at this address (405); check the base URL"
        case 410: return "The resource is gone for good (410)"
        case 413: return "The request is larger than the API takes (413); send less at once"
        case 431:
            return "The API found the head of the request too large (431); check the length of the token and query"
        case 451: return "The API may not serve this for legal reasons (451); ask those who run the workspace"
        case 412: return "The resource has changed in the meantime (412); read it again first"
        case 422: return "The API did not accept the values (422)"
        case 429: return "The API limits the rate of calls (429); call again later"
        case 511: return "A network on the way wants a login first (511)"
        case 500...599: return "The API failed (\(status))" + (isRetryable ? "; call again later" : "")
        default: return "The API answered with status \(status), which this call has no use for"
        }
    }
}

extension FieldError {
    /// The path, the value that was sent there, and the API's word: `contact_ids[0] "cnt_nobody": not_found`.
    fileprivate func place(_ request: HTTPRequest, _ method: Method) -> String {
        let words = ProblemBody.sentence(message)?.printable
        // Uses the message if the API gave no word of its own.
        let isVague = code.isEmpty || code == "invalid"
        let word = isVague ? words ?? "invalid" : code.cut(after: 80, "…").printable
        guard !field.isEmpty else { return words ?? word }
        let value = request.shownValue(at: field, method).map { " \($0)" } ?? ""
        return "\(field.cut(after: 100, "…").printable)\(value): \(word)"
    }
}
