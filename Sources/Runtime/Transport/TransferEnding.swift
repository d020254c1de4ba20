import CCurl
import HTTP
import Platform

/// How a transfer without a complete answer ended: translates what libcurl knows into a failure and into words.
struct TransferEnding {
    let easy: UnsafeMutableRawPointer
    let exchange: Exchange
    /// The base URL, for the host's name.
    let url: OpaquePointer
    /// libcurl's sentence on the failure; empty if it has none.
    let text: String
    let isClearText: Bool
    /// Whether the host is this machine.
    let isLoopback: Bool

    /// `CURLE_TOO_LARGE`, in libcurl since 8.6.
    private static let tooLarge = CURLcode(rawValue: 100)

    func failure(_ code: CURLcode) -> TransferFailure {
        let wasSent = exchange.wasSent
        let reason = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .resolve
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy
        case CURLE_COULDNT_CONNECT: return isLoopbackDown ? .loopback : .connect
        case CURLE_OPERATION_TIMEDOUT: return wasSent ? .broken : connectingTimeout
        case CURLE_SSL_CONNECT_ERROR where hasEndedWithoutWord: return .handshakeEnded
        case CURLE_SSL_CLIENTCERT: return .clientCertificateWanted
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_USE_SSL_FAILED:
            return .tls(reason: reason, peer: verification(CURLINFO_PROXY_SSL_VERIFYRESULT) == 0 ? .api : .proxy)
        case CURLE_BAD_CONTENT_ENCODING: return .encoding
        // After the request was sent, libcurl's fault with an "argument" is a line of the answer.
        case CURLE_UNSUPPORTED_PROTOCOL where wasSent, CURLE_WEIRD_SERVER_REPLY where wasSent,
            CURLE_BAD_FUNCTION_ARGUMENT where wasSent:
            return .notHTTP
        // libcurl reports a single header line beyond its own buffer limit as a lack of memory.
        case CURLE_OUT_OF_MEMORY where wasSent, Self.tooLarge where wasSent: return .headersTooLarge
        case CURLE_OUT_OF_MEMORY, CURLE_URL_MALFORMAT, CURLE_FAILED_INIT, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .local(reason: reason)
        // In TLS 1.3 this alert comes after the handshake, in answer to the request.
        case _ where wasSent && !exchange.gotBytes && says("certificate required"): return .clientCertificateWanted
        default: return wasSent ? .broken : exchange.reachedHost ? .handshakeEnded : .connect
        }
    }

    /// The step of connecting whose time ran out.
    private var connectingTimeout: TransferFailure {
        if exchange.isLookingUp { return .lookupTimeout }
        if says("Proxy CONNECT") { return .proxy }
        var microseconds: curl_off_t = 0
        rpc_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T, &microseconds)
        return microseconds > 0 || exchange.reachedHost ? .handshakeTimeout : .connectTimeout
    }

    private var isLoopbackDown: Bool {
        guard isLoopback else { return false }
        var number = 0
        rpc_easy_get_long(easy, CURLINFO_OS_ERRNO, &number)
        return SystemError(code: Int32(truncatingIfNeeded: number)).isForRoute
    }

    /// Whether FIN or RST ended the handshake: no alert, no refused certificate, no bytes that aren't TLS. libcurl has
    /// one code for all of them.
    private var hasEndedWithoutWord: Bool {
        guard verification(CURLINFO_SSL_VERIFYRESULT) <= 1, verification(CURLINFO_PROXY_SSL_VERIFYRESULT) <= 1
        else { return false }
        return ["unexpected eof", "SSL_connect: ", "Recv failure", "Send failure"].contains(where: says)
    }

    /// The certificate's fault (OpenSSL's `X509_V_…`); 0 for none, 1 before OpenSSL saw a certificate.
    private func verification(_ info: CURLINFO) -> Int {
        var number = 0
        rpc_easy_get_long(easy, info, &number)
        return number
    }

    /// Whether libcurl's sentence contains `words`.
    private func says(_ words: String) -> Bool { text.contains(words) }

    /// libcurl's sentence on the end of a transfer, and the host that it is about.
    func cause(_ code: CURLcode) -> String {
        let plain = String(cString: curl_easy_strerror(code))
        var text = text.isEmpty ? plain : text
        if let proxy = ProxyVariable.inUse(isClearText: isClearText, isLoopback: isLoopback) {
            text = proxy.conceal(in: text, plain: plain)
        }
        var host: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host else { return text }
        defer { curl_free(host) }
        let name = String(cString: host)
        return text.contains(name) ? text : "\(name): \(text)"
    }
}
