import Bytes
import CCurl
import CSystem
import HTTP
import Platform

/// One libcurl easy handle, used for one exchange after another. Its HTTP method never changes, because handles that
/// changed it have leaked state (CVE-2023-28322).
final class Transfer {
    let easy: UnsafeMutableRawPointer
    private(set) var exchange: Exchange?
    /// The loop's clock, which stamps bytes as they come.
    private let clock: LoopClock
    private unowned let transport: CurlTransport
    private let connections: Connections

    /// The base URL, parsed once: each exchange sets only path and query. Otherwise libcurl would parse and rebuild the
    /// whole text for every request, a byte at a time.
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
    private var rememberedSeconds = 0
    private var phase = Phase.lookingUp
    /// Whether libcurl chose a pooled connection that may not carry the request.
    private var isOnUnfitConnection = false
    /// Whether to ignore libcurl's cached addresses.
    var isForStaleAddresses = false
    private let answer = AnswerReader()
    /// Why this program has stopped the transfer.
    private var stop: TransferFailure?
    private let isOnThisMachine: Bool
    /// libcurl writes its sentence on a failure here. It must outlive every transfer.
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Seconds for which libcurl caches the addresses of a name. A connection uses those that its own lookup has found,
    /// however old.
    private static let addressSeconds = 5
    private static let addressSecondsWhileConnecting = 60

    /// Connecting has two steps, because libcurl has one limit for both: first the name lookup, which a dead name
    /// server makes long; then the addresses, each with its share of the limit.
    private enum Phase {
        case lookingUp
        /// The addresses are known, and libcurl was refused a socket.
        case lookedUp
        case connecting
    }
    /// Nil when libcurl has no memory for a handle.
    init?(
        verb: HTTPVerb, settings: TransportSettings, clock: LoopClock, transport: CurlTransport,
        connections: Connections
    ) {
        guard let easy = curl_easy_init(), let url = curl_url() else { return nil }
        self.easy = easy
        self.url = url
        self.clock = clock
        self.transport = transport
        self.connections = connections
        self.verb = verb
        isClearText = settings.isClearText
        isOnThisMachine = settings.isLoopback
        var basePath: UnsafeMutablePointer<CChar>?
        guard curl_url_set(url, CURLUPART_URL, settings.baseURL, Self.asIs) == CURLUE_OK,
            curl_url_get(url, CURLUPART_PATH, &basePath, 0) == CURLUE_OK, let basePath
        else { return nil }
        path.append(text: String(cString: basePath))
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

    /// Sets the options that are the same for every exchange of this handle.
    private func setUp(_ settings: TransportSettings) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        // By default libcurl allows 29 schemes.
        rpc_easy_set_text(easy, CURLOPT_PROTOCOLS_STR, settings.isClearText ? "http,https" : "https")
        rpc_easy_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(url))
        rpc_easy_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        rpc_easy_set_long(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        rpc_easy_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        rpc_easy_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Otherwise a silent name server blocks the thread that cancels, and the timeout, for up to 9 s.
        rpc_easy_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        let version = settings.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        rpc_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(version))
        if settings.allowsHTTP2 { rpc_easy_set_long(easy, CURLOPT_PIPEWAIT, 1) }
        // A larger buffer takes a large answer in fewer reads; only the pages that are used cost memory.
        rpc_easy_set_long(easy, CURLOPT_BUFFERSIZE, 128 * 1024)
        // Below the idle limit of common load balancers; and addresses and certificates are checked again in time.
        rpc_easy_set_long(easy, CURLOPT_MAXAGE_CONN, 50)
        rpc_easy_set_long(easy, CURLOPT_MAXLIFETIME_CONN, 900)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPIDLE, 60)
        rpc_easy_set_long(easy, CURLOPT_TCP_KEEPINTVL, 15)
        rpc_easy_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        rpc_easy_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        rpc_easy_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = settings.trustedFile {
            _ = file.withCString { rpc_easy_set_text(easy, CURLOPT_CAINFO, $0) }
            _ = file.withCString { rpc_easy_set_text(easy, CURLOPT_PROXY_CAINFO, $0) }
            // With a folder besides, libcurl parses the file for every connection: 40 ms of CPU.
            rpc_easy_set_text(easy, CURLOPT_CAPATH, nil)
            rpc_easy_set_text(easy, CURLOPT_PROXY_CAPATH, nil)
        }
        // By default libcurl uses proxy variables even for loopback, and so would miss the sandbox.
        if settings.isLoopback { rpc_easy_set_text(easy, CURLOPT_PROXY, "") }
        // By default the header callback also receives the proxy's answer to CONNECT, and would take its 200 for the
        // API's.
        rpc_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Spreads load over the addresses of a name; and a dead one is not always the first.
        rpc_easy_set_long(easy, CURLOPT_DNS_SHUFFLE_ADDRESSES, 1)
        rpc_easy_set_pointer(easy, CURLOPT_OPENSOCKETDATA, this)
        rpc_easy_set_open_socket(easy, giveSocket)
        rpc_easy_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(connections).toOpaque())
        rpc_easy_set_close_socket(easy, takeSocketBack)
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

    /// Makes the next request carry `body`, or none. Always sets something: the old body belongs to the last exchange,
    /// and for a POST with nothing set libcurl would read the body from stdin.
    private func carry(_ body: ByteBuffer?) {
        hasBody = body != nil
        guard body != nil || verb.usuallyHasBody else {
            // With a custom method, this option only means that there is no body.
            rpc_easy_set_long(easy, CURLOPT_HTTPGET, 1)
            return
        }
        rpc_easy_set_long(easy, CURLOPT_POST, 1)
        let bytes = body?.bytes ?? Bytes("")
        rpc_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        rpc_easy_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    /// Prepares `exchange`: sets what differs from the one before. False when libcurl has no memory for it; then it
    /// must not be started, because it would go to the previous target.
    func begin(_ exchange: Exchange, headers: HeaderList) -> Bool {
        self.exchange = exchange
        forgetAnswer()
        exchange.isLookingUp = !isOnThisMachine
        phase = isOnThisMachine ? .connecting : .lookingUp
        guard aim(at: exchange.request.target) else { return false }
        if exchange.request.body != nil || hasBody { carry(exchange.request.body) }
        if headers !== self.headers {
            rpc_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers.list)
            self.headers = headers
        }
        takeFreshConnection(exchange.needsFreshConnection)
        setLimits(exchange)
        return true
    }

    private func forgetAnswer() {
        (stop, isOnUnfitConnection) = (nil, false)
        errorText[0] = 0
        answer.forget()
    }

    private func takeFreshConnection(_ isFresh: Bool) {
        guard isFresh != isFreshOnly else { return }
        isFreshOnly = isFresh
        rpc_easy_set_long(easy, CURLOPT_FRESH_CONNECT, isFresh ? 1 : 0)
    }

    /// Sets the time limit of the next step, and the age limit of the addresses that it uses.
    private func setLimits(_ exchange: Exchange) {
        let limit = phase == .connecting ? exchange.connectTimeoutMs : exchange.lookupTimeoutMs
        if limit != connectTimeoutMs {
            connectTimeoutMs = limit
            rpc_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, limit)
        }
        let recent = isForStaleAddresses ? 0 : Self.addressSeconds
        let seconds = phase == .connecting ? Self.addressSecondsWhileConnecting : recent
        guard seconds != rememberedSeconds else { return }
        rememberedSeconds = seconds
        rpc_easy_set_long(easy, CURLOPT_DNS_CACHE_TIMEOUT, seconds)
    }

    /// Whether the transfer continues although libcurl has ended it: it chose an unfit connection, and nothing was
    /// sent. The next one is fresh.
    func wantsFreshConnection() -> Bool {
        guard isOnUnfitConnection else { return false }
        forgetAnswer()
        takeFreshConnection(true)
        return true
    }

    /// Continues with connecting when the addresses are known.
    func endLookup() {
        guard phase == .lookedUp, let exchange else { return }
        phase = .connecting
        exchange.isLookingUp = false
        forgetAnswer()
        setLimits(exchange)
    }

    /// A socket for libcurl; nil to refuse one.
    fileprivate func openSocket(_ address: curl_sockaddr) -> FileDescriptor? {
        guard phase == .connecting else {
            if phase == .lookingUp { transport.learnedAddresses(self) }
            phase = .lookedUp
            return nil
        }
        // libcurl's sentence about a pooled connection does not apply to this one.
        errorText[0] = 0
        let opened = FileDescriptor.socket(address.family, address.socktype, address.protocol)
        if let opened { transport.opened(opened, for: self) }
        return opened
    }

    /// Notes that a host has accepted the connection.
    func reachedHost() { exchange?.reachedHost = true }

    /// Whether the last answer came as one of several on its connection (HTTP/2).
    var isMultiplexed: Bool {
        var version = 0
        rpc_easy_get_long(easy, CURLINFO_HTTP_VERSION, &version)
        return version >= Int(CURL_HTTP_VERSION_2_0)
    }

    /// Sets path and query from `target`, which is already percent-encoded.
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

    /// Returns the exchange, finished or abandoned, and forgets it.
    func end() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }

    /// Records the result of libcurl's transfer in the exchange.
    func conclude(_ code: CURLcode) {
        guard let exchange else { return }
        if code == CURLE_OK {
            // libcurl reports an end inside the header section as a complete answer without a body.
            if answer.headersEnded { answer.decode(exchange) } else { exchange.failure = .broken }
            return
        }
        let ending = ending(exchange)
        exchange.failure = stop ?? ending.failure(code)
        var number = 0
        rpc_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &number)
        if !exchange.wasSent, number >= 300 { exchange.failure = .proxyRefused(number) }
        if stop == nil { exchange.cause = ending.cause(code) }
        if exchange.failure == .lookupTimeout { exchange.cause = exchange.cause.map { $0 + NameServers.words } }
    }

    private func ending(_ exchange: Exchange) -> TransferEnding {
        TransferEnding(
            easy: easy, exchange: exchange, url: url, text: String(cString: errorText), isClearText: isClearText,
            isLoopback: isOnThisMachine)
    }

    /// Lets one request through per exchange. When a pooled connection turns out dead, libcurl silently sends a request
    /// again, up to five times and with any method; here the retry policy decides.
    fileprivate func mayUse(address: UnsafePointer<CChar>?, localPort: UInt16) -> Bool {
        guard let exchange else { return false }
        if exchange.wasSent {
            stop = .resend
            return false
        }
        if isClearText, !isLoopback(address) {
            stop = .local(reason: "the host of a clear-text base URL is not on this machine")
            return false
        }
        let verdict = connections.use(localPort: localPort, mayRepeat: exchange.mayRepeat, now: clock.now) {
            isClearText ? nil : rpc_easy_get_openssl(easy)
        }
        switch verdict {
        case .unfit:
            isOnUnfitConnection = true
            return false
        case .fit(_, isReused: false) where !isClearText && errorText[0] != 0:
            // libcurl found a fault before the first request: the server has ended the connection after the handshake.
            stop =
                rpc_tls_wants_certificate(rpc_easy_get_openssl(easy)) != 0 ? .clientCertificateWanted : .handshakeEnded
            exchange.cause = ending(exchange).cause(CURLE_OK)
            return false
        case .fit(let name, let isReused): (exchange.connection, exchange.reusedConnection) = (name, isReused)
        case nil: break
        }
        exchange.wasSent = true
        return true
    }

    private func isLoopback(_ address: UnsafePointer<CChar>?) -> Bool {
        guard let address else { return false }
        return Loopback.contains(cAddress: address)
    }

    /// Seconds after which the server closes an idle connection, as the answer says; nil if it does not say.
    var keepAlive: Double? { answer.keepAlive }

    fileprivate func receive(body bytes: Bytes) -> Bool {
        guard let exchange else { return false }
        stop = answer.receive(body: bytes, of: exchange, at: clock.now)
        return stop == nil
    }

    fileprivate func receive(header line: Bytes) -> Bool {
        guard let exchange else { return false }
        stop = answer.receive(header: line, of: exchange, at: clock.now)
        return stop == nil
    }
}

/// Calls `body` with the transfer at `pointer`. The transfer is alive: the transport holds it while it runs.
@inline(__always)
private func with<Result>(_ pointer: UnsafeMutableRawPointer?, _ body: (Transfer) -> Result) -> Result? {
    pointer.map { Unmanaged<Transfer>.fromOpaque($0)._withUnsafeGuaranteedRef(body) }
}

private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let taken = with(pointer) { $0.receive(body: Bytes(start: data, count: size * count)) } ?? false
    return taken ? size * count : 0
}

private func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let taken = with(pointer) { $0.receive(header: Bytes(start: data, count: size * count)) } ?? false
    return taken ? size * count : 0
}

private func openGate(
    _ pointer: UnsafeMutableRawPointer?, _ address: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
    _: Int32, _ localPort: Int32
) -> Int32 {
    let opens = with(pointer) { $0.mayUse(address: address, localPort: UInt16(truncatingIfNeeded: localPort)) } ?? false
    return opens ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private func giveSocket(
    _ pointer: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address else { return CURL_SOCKET_BAD }
    return with(pointer) { $0.openSocket(address.pointee)?.number ?? CURL_SOCKET_BAD } ?? CURL_SOCKET_BAD
}

private func takeSocketBack(_ pointer: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    let socket = FileDescriptor(socket)
    if let pointer {
        Unmanaged<Connections>.fromOpaque(pointer).takeUnretainedValue().closeSocket(socket)
    } else {
        socket.close()
    }
    return 0
}
