import Bytes
import CCurl
import Glibc
import HTTP

/// A list of header lines in libcurl's form. Kept alive by every transfer that was told of it: libcurl does not copy.
final class HeaderList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { list = curl_slist_append(list, line) ?? list }
    }

    deinit { curl_slist_free_all(list) }
}

/// One libcurl easy handle, used for one exchange after the other. It keeps its HTTP method for life, because handles
/// that change between methods have carried state over (CVE-2023-28322).
final class Transfer {
    let easy: UnsafeMutableRawPointer
    private(set) var exchange: Exchange?
    /// The loop's time, for stamping bytes as they come.
    private let clock: LoopClock

    /// The base URL, taken apart once: each exchange only sets path and query. Given the whole text, libcurl would
    /// parse it and put it together again, a byte at a time, for every request.
    private let url: OpaquePointer
    private let path = ByteBuffer(capacity: 256)
    private let basePathLength: Int
    private var hasQuery = false
    private let isClearText: Bool
    private var headers: HeaderList?
    private let verb: HTTPVerb
    private var hasBody = false
    private var isFreshOnly = false
    private var connectTimeoutMs = 0
    private var headersEnded = false
    private var headerLines = 0
    private var headerBytes = 0
    private var stop: TransferFailure?
    private let isOnThisMachine: Bool
    /// Where libcurl writes what went wrong, in a sentence. It must outlive every transfer.
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Decoded bytes of one answer, at most. libcurl's own limit does not see chunked or compressed bodies.
    static let bodyLimit = 64 * 1024 * 1024
    /// Content codings that are decoded.
    static let acceptedEncodings = "gzip, deflate, br"
    private static let headerLineLimit = 300
    private static let headerByteLimit = 256 * 1024

    /// Nil when libcurl has no memory for a handle.
    init?(verb: HTTPVerb, settings: TransportSettings, clock: LoopClock) {
        guard let easy = curl_easy_init(), let url = curl_url() else { return nil }
        self.easy = easy
        self.url = url
        self.clock = clock
        self.verb = verb
        isClearText = settings.isClearText
        isOnThisMachine = settings.isLoopback
        var basePath: UnsafeMutablePointer<CChar>?
        guard curl_url_set(url, CURLUPART_URL, settings.baseURL, Self.asIs) == CURLUE_OK,
            curl_url_get(url, CURLUPART_PATH, &basePath, 0) == CURLUE_OK, let basePath
        else { return nil }
        path.append(Bytes(start: basePath, count: strlen(basePath)))
        if path.bytes.last == UInt8(ascii: "/") { path.truncate(to: path.count - 1) }
        basePathLength = path.count
        curl_free(basePath)
        setUp(settings)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_url_cleanup(url)
        errorText.deallocate()
    }

    private static let asIs = UInt32(CURLU_PATH_AS_IS)

    /// What stays the same for every exchange of this handle.
    private func setUp(_ settings: TransportSettings) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        // 29 schemes are allowed otherwise.
        rpc_easy_set_text(easy, CURLOPT_PROTOCOLS_STR, settings.isClearText ? "http,https" : "https")
        rpc_easy_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(url))
        rpc_easy_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        rpc_easy_set_long(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        rpc_easy_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        rpc_easy_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Without it a silent name server blocks the thread that cancels, and the time-out, for up to 9 s.
        rpc_easy_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        let version = settings.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        rpc_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(version))
        if settings.allowsHTTP2 { rpc_easy_set_long(easy, CURLOPT_PIPEWAIT, 1) }
        // A large answer in fewer reads; only the pages that are used count.
        rpc_easy_set_long(easy, CURLOPT_BUFFERSIZE, 128 * 1024)
        // Below the idle limit of common load balancers; and addresses and certificates are looked at again in time.
        rpc_easy_set_long(easy, CURLOPT_MAXAGE_CONN, 50)
        rpc_easy_set_long(easy, CURLOPT_MAXLIFETIME_CONN, 900)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPIDLE, 60)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPINTVL, 15)
        rpc_easy_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        rpc_easy_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        rpc_easy_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = settings.caFile { _ = file.withCString { rpc_easy_set_text(easy, CURLOPT_CAINFO, $0) } }
        // Proxy variables are obeyed even for loopback otherwise, and the sandbox would be looked for elsewhere.
        if settings.isLoopback { rpc_easy_set_text(easy, CURLOPT_PROXY, "") }
        // A proxy's answer to CONNECT comes to the header callback otherwise, and its 200 would be taken for the API's.
        rpc_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Switches decoding on; the header itself stands in the list.
        rpc_easy_set_text(easy, CURLOPT_ACCEPT_ENCODING, Self.acceptedEncodings)
        rpc_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        rpc_easy_set_pointer(easy, CURLOPT_PRIVATE, this)
        rpc_easy_set_pointer(easy, CURLOPT_WRITEDATA, this)
        rpc_easy_set_pointer(easy, CURLOPT_HEADERDATA, this)
        rpc_easy_set_pointer(easy, CURLOPT_PREREQDATA, this)
        rpc_easy_set_data_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        rpc_easy_set_data_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        rpc_easy_set_prereq(easy, openGate)
        if verb != .get, verb != .post { rpc_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, verb.name) }
        carry(nil)
    }

    /// Has the next request carry `body`, or none. What was set before must not stay: it belongs to the last exchange,
    /// and a POST without anything set would have libcurl read its body from stdin.
    private func carry(_ body: ByteBuffer?) {
        hasBody = body != nil
        guard body != nil || verb.usuallyHasBody else {
            // With a custom method, this only says that there is no body.
            rpc_easy_set_long(easy, CURLOPT_HTTPGET, 1)
            return
        }
        rpc_easy_set_long(easy, CURLOPT_POST, 1)
        let bytes = body?.bytes ?? Bytes("")
        rpc_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        rpc_easy_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    /// Takes `exchange` on: sets what differs from the one before. False when libcurl has no memory for it; then it
    /// must not be started, because it would go where the last one went.
    func begin(_ exchange: Exchange, headers: HeaderList) -> Bool {
        self.exchange = exchange
        (headerLines, headerBytes, headersEnded, stop) = (0, 0, false, nil)
        errorText[0] = 0
        guard aim(at: exchange.request.target) else { return false }
        if exchange.request.body != nil || hasBody { carry(exchange.request.body) }
        if headers !== self.headers {
            rpc_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers.list)
            self.headers = headers
        }
        if exchange.needsFreshConnection != isFreshOnly {
            isFreshOnly = exchange.needsFreshConnection
            rpc_easy_set_long(easy, CURLOPT_FRESH_CONNECT, isFreshOnly ? 1 : 0)
        }
        if exchange.connectTimeoutMs != connectTimeoutMs {
            connectTimeoutMs = exchange.connectTimeoutMs
            rpc_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connectTimeoutMs)
        }
        return true
    }

    /// Sets path and query to those of `target`, which are percent-encoded already.
    private func aim(at target: ByteBuffer) -> Bool {
        path.truncate(to: basePathLength)
        path.append(target)
        path.append(0)
        let mark = path.bytes.firstPosition(of: UInt8(ascii: "?"))
        if let mark { path.mutableBytes[mark] = 0 }
        return path.bytes.withMemoryRebound(to: CChar.self) { text in
            guard let start = text.baseAddress, curl_url_set(url, CURLUPART_PATH, start, Self.asIs) == CURLUE_OK else {
                return false
            }
            guard mark != nil || hasQuery else { return true }
            hasQuery = mark != nil
            return curl_url_set(url, CURLUPART_QUERY, mark.map { start + $0 + 1 }, 0) == CURLUE_OK
        }
    }

    /// Lets go of the exchange, finished or abandoned.
    func end() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }

    /// Fills in what libcurl knows at the end.
    func conclude(_ code: CURLcode) {
        guard let exchange else { return }
        var number = 0
        rpc_easy_get_long(easy, CURLINFO_NUM_CONNECTS, &number)
        exchange.reusedConnection = number == 0
        guard code != CURLE_OK else {
            // An end inside the header section is told as a whole answer without a body.
            if !headersEnded { exchange.failure = .broken }
            return
        }
        exchange.failure = stop ?? Self.failure(code, wasSent: exchange.wasSent)
        if exchange.failure == .connectTimeout {
            var microseconds: curl_off_t = 0
            rpc_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T, &microseconds)
            // The host took the connection, and the rest of the time went into TLS.
            if microseconds > 0 { exchange.failure = .handshakeTimeout }
        }
        if exchange.failure == .connect, isOnThisMachine {
            rpc_easy_get_long(easy, CURLINFO_OS_ERRNO, &number)
            let isUnreachable = [ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN].contains(
                Int32(truncatingIfNeeded: number))
            if isUnreachable { exchange.failure = .loopback }
        }
        rpc_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &number)
        if !exchange.wasSent, number >= 300 { exchange.failure = .proxyRefused(number) }
        if stop == nil { exchange.cause = cause(code) }
    }

    /// What libcurl says of the end of a transfer, and of which host it speaks.
    private func cause(_ code: CURLcode) -> String {
        let plain = String(cString: curl_easy_strerror(code))
        var text = errorText[0] == 0 ? plain : String(cString: errorText)
        if let proxy = ProxyVariable.inUse(isClearText: isClearText, isLoopback: isOnThisMachine) {
            text = proxy.conceal(in: text, plain: plain)
        }
        var host: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host else { return text }
        defer { curl_free(host) }
        let name = String(cString: host)
        return text.contains(name) ? text : "\(name): \(text)"
    }

    /// `CURLE_TOO_LARGE`, which libcurl has had since 8.6.
    private static let tooLarge = CURLcode(rawValue: 100)

    private static func failure(_ code: CURLcode, wasSent: Bool) -> TransferFailure {
        let reason = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .resolve
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy
        case CURLE_COULDNT_CONNECT: return .connect
        case CURLE_OPERATION_TIMEDOUT: return wasSent ? .broken : .connectTimeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_USE_SSL_FAILED:
            return .tls(reason: reason)
        case CURLE_BAD_CONTENT_ENCODING: return .encoding
        case CURLE_UNSUPPORTED_PROTOCOL where wasSent, CURLE_WEIRD_SERVER_REPLY where wasSent: return .notHTTP
        // A single header line beyond libcurl's own buffer limit is told as a lack of memory.
        case CURLE_OUT_OF_MEMORY where wasSent, tooLarge where wasSent: return .headersTooLarge
        case CURLE_OUT_OF_MEMORY, CURLE_URL_MALFORMAT, CURLE_FAILED_INIT, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .local(reason: reason)
        default: return wasSent ? .broken : .connect
        }
    }

    /// Lets one request through per exchange. libcurl silently sends a request again, up to five times and whatever its
    /// method, when a pooled connection turns out dead; here the retry policy decides that.
    fileprivate func mayUse(address: UnsafePointer<CChar>?) -> Bool {
        guard let exchange else { return false }
        if exchange.wasSent {
            stop = .resend
            return false
        }
        if isClearText, !isLoopback(address) {
            stop = .local(reason: "the host of a clear-text base URL is not on this machine")
            return false
        }
        exchange.wasSent = true
        return true
    }

    private func isLoopback(_ address: UnsafePointer<CChar>?) -> Bool {
        guard let address else { return false }
        return strcmp(address, "127.0.0.1") == 0 || Loopback.contains(address: String(cString: address))
    }

    fileprivate func take(body bytes: Bytes) -> Bool {
        guard let exchange else { return false }
        exchange.gotBytes = true
        exchange.lastByteAt = clock.now
        guard exchange.body.count - exchange.headroom + bytes.count <= Self.bodyLimit else {
            stop = .tooLarge
            return false
        }
        guard exchange.body.tryReserve(bytes.count) else {
            stop = .noMemory
            return false
        }
        exchange.body.append(bytes)
        return true
    }

    fileprivate func take(header line: Bytes) -> Bool {
        guard let exchange else { return false }
        exchange.gotBytes = true
        exchange.lastByteAt = clock.now
        headerLines += 1
        headerBytes += line.count
        guard headerLines <= Self.headerLineLimit, headerBytes <= Self.headerByteLimit else {
            stop = .headersTooLarge
            return false
        }
        // A status line begins a header section: the first, or the one after an interim answer. Anywhere else it is a
        // field, or a trailer, that only looks like one.
        if line.starts(with: "HTTP/"), headerLines == 1 || headersEnded && 100..<200 ~= exchange.status {
            // Also of an answer that never ends: that the server said 200 is known from here on.
            exchange.status = Self.status(in: line)
            exchange.forgetFields()
            headersEnded = false
        } else if line.count <= 2 {
            headersEnded = true
        } else if let colon = line.firstPosition(of: UInt8(ascii: ":")), let field = Self.field(line.slice(0, colon)) {
            exchange.note(field, line.dropping(colon + 1).trimmed)
        }
        return true
    }

    /// The number after the first space, as in `HTTP/1.1 200 OK`; 0 when there is none of three digits.
    private static func status(in line: Bytes) -> Int {
        guard let space = line.firstPosition(of: UInt8(ascii: " ")), line.count >= space + 4 else { return 0 }
        var number = 0
        for at in space + 1...space + 3 {
            guard line[at].isDigit else { return 0 }
            number = number * 10 + Int(line[at] - 0x30)
        }
        return number
    }

    private static func field(_ name: Bytes) -> Exchange.Field? {
        switch name.count {
        case 4:
            if name.equalsIgnoringCase("ETag") { return .etag }
            return name.equalsIgnoringCase("Date") ? .date : nil
        case 11: return name.equalsIgnoringCase("Retry-After") ? .retryAfter : nil
        case 12:
            if name.equalsIgnoringCase("Content-Type") { return .contentType }
            return name.equalsIgnoringCase("X-Request-Id") ? .requestID : nil
        case 13: return name.equalsIgnoringCase("X-Api-Version") ? .apiVersion : nil
        default: return nil
        }
    }
}

/// Lets `body` use the transfer that libcurl was given a pointer to. It is alive: the transport holds it while it runs.
@inline(__always)
private func with<Result>(_ pointer: UnsafeMutableRawPointer?, _ body: (Transfer) -> Result) -> Result? {
    pointer.map { Unmanaged<Transfer>.fromOpaque($0)._withUnsafeGuaranteedRef(body) }
}

private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let taken = with(pointer) { $0.take(body: Bytes(start: data, count: size * count)) } ?? false
    return taken ? size * count : 0
}

private func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let taken = with(pointer) { $0.take(header: Bytes(start: data, count: size * count)) } ?? false
    return taken ? size * count : 0
}

private func openGate(
    _ pointer: UnsafeMutableRawPointer?, _ address: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
    _: Int32, _: Int32
) -> Int32 {
    let opens = with(pointer) { $0.mayUse(address: address) } ?? false
    return opens ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
