import Bytes
import CCurl
import Glibc
import HTTP

/// Where requests go and how they are secured. One origin and one credential per process.
public struct TransportSettings: Sendable {
    /// What the request's path follows, without a slash at the end.
    public var baseURL: String
    /// The value of the `User-Agent` header.
    public var userAgent: String
    /// A PEM file with certificates to trust besides the system's.
    public var caFile: FilePath?
    /// Whether the base URL is `http`.
    public var isClearText: Bool
    /// Whether the base URL's host is this machine.
    public var isLoopback: Bool
    /// Connections open at once, at most.
    public var maxConnections: Int
    /// Whether HTTP/2 may be negotiated.
    public var allowsHTTP2: Bool

    /// Settings, each as described at its property.
    public init(
        baseURL: String, userAgent: String, caFile: FilePath? = nil, isClearText: Bool,
        isLoopback: Bool, maxConnections: Int, allowsHTTP2: Bool = false
    ) {
        self.baseURL = baseURL
        self.userAgent = userAgent
        self.caFile = caFile
        self.isClearText = isClearText
        self.isLoopback = isLoopback
        self.maxConnections = maxConnections
        self.allowsHTTP2 = allowsHTTP2
    }
}

/// Exchanges over libcurl's multi interface, driven by the loop's `poll` through `curl_multi_socket_action`, so that a
/// turn costs what is ready and not what is open. libcurl is first touched by the first exchange.
public final class CurlTransport: Transport {
    private var settings: TransportSettings
    private let clock: LoopClock
    private var multi: UnsafeMutableRawPointer?
    private var plainHeaders = HeaderList([])
    private var bodyHeaders = HeaderList([])
    /// Handles that wait for their next exchange, by HTTP method.
    private var idle = [[Transfer]](repeating: [], count: HTTPVerb.allCases.count)
    private var running: [Transfer?] = []
    private var runningCount = 0
    private var unstartable: [Exchange] = []

    var pollSet = PollSet()
    /// When libcurl wants to be called without any descriptor being ready.
    private(set) var timer: Instant?

    /// A transport that has not touched libcurl yet.
    public init(settings: TransportSettings, clock: LoopClock) {
        self.settings = settings
        self.clock = clock
    }

    /// The path of the file of certificates in use; nil without one, or without TLS. Known from the first exchange on.
    public var certificateFile: String? {
        settings.isClearText ? nil : settings.caFile?.text ?? CertificateFile.builtIn()
    }

    /// Sends this value in the `Authorization` header from the next exchange on. Nothing is sent before the first call.
    public func use(authorization: String) {
        // The user agent and the encodings have options of their own, but libcurl formats what those hold twice, a byte
        // at a time.
        let lines = [
            "Authorization: \(authorization)", "Accept: application/json",
            "Accept-Encoding: \(Transfer.acceptedEncodings)", "User-Agent: \(settings.userAgent)",
        ]
        plainHeaders = HeaderList(lines)
        // An empty Expect header keeps libcurl from waiting a second for "100 Continue" before a large body.
        bodyHeaders = HeaderList(lines + ["Content-Type: application/json", "Expect:"])
    }

    /// Begins `exchange`.
    public func start(_ exchange: Exchange) {
        guard let multi = self.multi ?? openMulti(), let transfer = idleTransfer(exchange.request.verb) else {
            return refuse(exchange, "out of memory")
        }
        let hasBody = exchange.request.body != nil || exchange.request.verb.usuallyHasBody
        let headers = hasBody ? bodyHeaders : plainHeaders
        guard transfer.begin(exchange, headers: headers), curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            _ = transfer.end()
            return refuse(exchange, "libcurl takes no more transfers")
        }
        if exchange.tag >= running.count {
            running += [Transfer?](repeating: nil, count: exchange.tag + 1 - running.count)
        }
        running[exchange.tag] = transfer
        runningCount += 1
    }

    /// Abandons `exchange`; its connection is closed.
    public func cancel(_ exchange: Exchange) {
        if let index = unstartable.firstIndex(where: { $0 === exchange }) { unstartable.remove(at: index) }
        guard exchange.tag < running.count, let transfer = running[exchange.tag], transfer.exchange === exchange else {
            return
        }
        detach(transfer, exchange)
    }

    /// Does what is due: what the descriptors `ready` with their events ask for, and timers up to now. Returns what has
    /// finished. Every exchange started before is under way afterwards.
    func advance(ready: [pollfd], now: Instant) -> [Exchange] {
        var finished = unstartable
        unstartable.removeAll()
        guard let multi else { return finished }
        var count: Int32 = 0
        for entry in ready {
            var events: Int32 = 0
            if entry.revents & Int16(POLLIN | POLLHUP) != 0 { events |= CURL_CSELECT_IN }
            if entry.revents & Int16(POLLOUT) != 0 { events |= CURL_CSELECT_OUT }
            if entry.revents & Int16(POLLERR | POLLNVAL) != 0 { events |= CURL_CSELECT_ERR }
            curl_multi_socket_action(multi, entry.fd, events, &count)
        }
        if let due = timer, due <= now {
            timer = nil
            curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &count)
        }
        collect(into: &finished)
        return finished
    }

    private func collect(into finished: inout [Exchange]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            var pointer: UnsafeMutableRawPointer?
            rpc_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
            guard let pointer else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
            transfer.conclude(code)
            guard let exchange = transfer.exchange else { continue }
            detach(transfer, exchange)
            finished.append(exchange)
        }
    }

    private func detach(_ transfer: Transfer, _ exchange: Exchange) {
        curl_multi_remove_handle(multi, transfer.easy)
        running[exchange.tag] = nil
        runningCount -= 1
        _ = transfer.end()
        idle[exchange.request.verb.rawValue].append(transfer)
    }

    private func refuse(_ exchange: Exchange, _ reason: String) {
        exchange.failure = .local(reason: reason)
        unstartable.append(exchange)
        timer = clock.now
    }

    private func idleTransfer(_ verb: HTTPVerb) -> Transfer? {
        idle[verb.rawValue].popLast() ?? Transfer(verb: verb, settings: settings, clock: clock)
    }

    private func openMulti() -> UnsafeMutableRawPointer? {
        // Over http no TLS is ever spoken, but libcurl readies OpenSSL all the same, most of which is reading its
        // configuration: a tenth of the start.
        if settings.isClearText { setenv("OPENSSL_CONF", "/dev/null", 1) }
        // libcurl would write TLS secrets to the file that this names.
        unsetenv("SSLKEYLOGFILE")
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else { return nil }
        if !settings.isClearText, settings.caFile == nil, CertificateFile.builtIn() == nil {
            settings.caFile = CertificateFile.elsewhere().map { FilePath($0) }
        }
        let this = Unmanaged.passUnretained(self).toOpaque()
        rpc_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, this)
        rpc_multi_set_socket_callback(multi, watchSocket)
        rpc_multi_set_pointer(multi, CURLMOPT_TIMERDATA, this)
        rpc_multi_set_timer_callback(multi, moveTimer)
        rpc_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maxConnections)
        rpc_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.maxConnections)
        self.multi = multi
        return multi
    }

    fileprivate func watch(_ socket: Int32, _ action: Int32) {
        switch action {
        case CURL_POLL_IN: pollSet.set(socket, Int32(POLLIN))
        case CURL_POLL_OUT: pollSet.set(socket, Int32(POLLOUT))
        case CURL_POLL_INOUT: pollSet.set(socket, Int32(POLLIN | POLLOUT))
        default: pollSet.remove(socket)
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        timer = milliseconds < 0 ? nil : clock.now + Double(milliseconds) / 1000
    }
}

private func transport(_ pointer: UnsafeMutableRawPointer?) -> CurlTransport? {
    pointer.map { Unmanaged<CurlTransport>.fromOpaque($0).takeUnretainedValue() }
}

private func watchSocket(
    _: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ action: Int32, _ pointer: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    transport(pointer)?.watch(socket, action)
    return 0
}

private func moveTimer(
    _: UnsafeMutableRawPointer?, _ milliseconds: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int32 {
    transport(pointer)?.setTimer(milliseconds: milliseconds)
    return 0
}
