import Bytes
import CCurl
import HTTP
import Platform

/// Runs exchanges on libcurl's multi interface. The loop's `poll` drives it through `curl_multi_socket_action`, so that
/// a turn costs what is ready, not what is open. The first exchange initialises libcurl.
public final class CurlTransport: Transport {
    private var settings: TransportSettings
    private let clock: LoopClock
    private var multi: UnsafeMutableRawPointer?
    private var plainHeaders = HeaderList([])
    private var bodyHeaders = HeaderList([])
    /// Transfers without an exchange, by HTTP method.
    private var idle = [[Transfer]](repeating: [], count: HTTPVerb.allCases.count)
    private var running: [Transfer?] = []
    private var runningCount = 0
    private var unstartable: [Exchange] = []
    private let connections = Connections()
    /// Transfers that know their host's addresses now, and must begin again.
    private var lookedUp: [Transfer] = []
    /// Whether a connection to libcurl's cached addresses has failed.
    private var addressesAreStale = false

    var pollSet = PollSet()
    /// When libcurl must be called even if no descriptor is ready.
    private var libraryTimer: Instant?
    /// When to check the connections that are being opened.
    private var openingTimer: Instant?

    /// libcurl 7.88 does not notice by itself that one of several addresses has failed, or has used its share of the
    /// time.
    private static let openingSeconds = 0.1

    /// When `advance` must be called even if no descriptor is ready.
    var timer: Instant? {
        guard let libraryTimer, let openingTimer else { return libraryTimer ?? openingTimer }
        return min(libraryTimer, openingTimer)
    }

    /// A transport that has not initialised libcurl yet.
    public init(settings: TransportSettings, clock: LoopClock) {
        self.settings = settings
        self.clock = clock
    }

    /// The files of certificates in use; nil without one, or without TLS. Set by the first exchange.
    public private(set) var certificateFile: String?
    private var trust: MemoryFile?

    /// Sends `authorization` in the `Authorization` header from the next exchange on. Call it before the first
    /// exchange.
    public func use(authorization: String) {
        // The user agent and the encodings have options of their own, but libcurl formats those twice, a byte at a
        // time.
        let lines = [
            "Authorization: \(authorization)", "Accept: application/json",
            "Accept-Encoding: \(ContentCoding.accepted)", "User-Agent: \(settings.userAgent)",
        ]
        plainHeaders = HeaderList(lines)
        // An empty Expect header keeps libcurl from waiting a second for "100 Continue" before it sends a large body.
        bodyHeaders = HeaderList(lines + ["Content-Type: application/json", "Expect:"])
    }

    /// Begins `exchange`.
    public func start(_ exchange: Exchange) {
        guard let multi = self.multi ?? openMulti(), let transfer = idleTransfer(exchange.request.verb) else {
            return refuse(exchange, "out of memory")
        }
        let hasBody = exchange.request.body != nil || exchange.request.verb.usuallyHasBody
        let headers = hasBody ? bodyHeaders : plainHeaders
        transfer.isForStaleAddresses = addressesAreStale
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

    /// Abandons `exchange` and closes its connection.
    public func cancel(_ exchange: Exchange) {
        if let index = unstartable.firstIndex(where: { $0 === exchange }) { unstartable.remove(at: index) }
        guard exchange.tag < running.count, let transfer = running[exchange.tag], transfer.exchange === exchange else {
            return
        }
        detach(transfer, exchange)
    }

    /// Closes the connection of a finished exchange.
    public func distrustConnection(of exchange: Exchange) {
        if let name = exchange.connection { connections.end(name) }
    }

    /// Serves the descriptors in `ready` and the timers that are due. Returns the finished exchanges. Afterwards every
    /// exchange that was started is under way.
    func advance(ready: [PollSet.Ready], now: Instant) -> [Exchange] {
        var finished = unstartable
        unstartable.removeAll()
        guard let multi else { return finished }
        var count: Int32 = 0
        for entry in ready {
            var events: Int32 = 0
            if entry.events.hasAny(of: .readable | .hangUp) { events |= CURL_CSELECT_IN }
            if entry.events.hasAny(of: .writable) { events |= CURL_CSELECT_OUT }
            if entry.events.hasAny(of: .error | .invalid) { events |= CURL_CSELECT_ERR }
            curl_multi_socket_action(multi, entry.descriptor.number, events, &count)
        }
        if let due = openingTimer, due <= now {
            openingTimer = connections.isOpening ? now + Self.openingSeconds : nil
            rpc_multi_run_all(multi, &count)
        }
        if let due = libraryTimer, due <= now {
            libraryTimer = nil
            curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &count)
        }
        for transfer in lookedUp { beginAnew(transfer, into: &finished) }
        lookedUp.removeAll(keepingCapacity: true)
        collect(into: &finished)
        return finished
    }

    /// Restarts a transfer that has sent nothing: with the addresses that it has learned, or on a fresh connection.
    private func beginAnew(_ transfer: Transfer, into finished: inout [Exchange]) {
        guard let exchange = transfer.exchange else { return }
        // Before the handle is removed, because libcurl then drops the addresses that are too old for the handle's
        // limit.
        transfer.endLookup()
        curl_multi_remove_handle(multi, transfer.easy)
        guard curl_multi_add_handle(multi, transfer.easy) != CURLM_OK else { return }
        exchange.failure = .local(reason: "libcurl takes no more transfers")
        detach(transfer, exchange)
        finished.append(exchange)
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
            guard !transfer.wantsFreshConnection() else {
                beginAnew(transfer, into: &finished)
                continue
            }
            transfer.conclude(code)
            guard let exchange = transfer.exchange else { continue }
            if exchange.failure != nil, !exchange.wasSent { addressesAreStale = true }
            detach(transfer, exchange)
            finished.append(exchange)
        }
    }

    private func detach(_ transfer: Transfer, _ exchange: Exchange) {
        curl_multi_remove_handle(multi, transfer.easy)
        if let name = exchange.connection {
            connections.release(
                name, keepAlive: transfer.keepAlive, isMultiplexed: transfer.isMultiplexed, now: clock.now)
        }
        connections.forgetOpening(transfer)
        running[exchange.tag] = nil
        runningCount -= 1
        _ = transfer.end()
        idle[exchange.request.verb.rawValue].append(transfer)
    }

    private func refuse(_ exchange: Exchange, _ reason: String) {
        exchange.failure = .local(reason: reason)
        unstartable.append(exchange)
        libraryTimer = clock.now
    }

    private func idleTransfer(_ verb: HTTPVerb) -> Transfer? {
        idle[verb.rawValue].popLast()
            ?? Transfer(verb: verb, settings: settings, clock: clock, transport: self, connections: connections)
    }

    /// Notes that libcurl knows the addresses of the transfer's host now.
    func learnedAddresses(_ transfer: Transfer) {
        if transfer.isForStaleAddresses { addressesAreStale = false }
        lookedUp.append(transfer)
    }

    /// Notes that libcurl opens a connection for `transfer` with this socket.
    func opened(_ socket: FileDescriptor, for transfer: Transfer) {
        if openingTimer == nil { openingTimer = clock.now + Self.openingSeconds }
        connections.opened(socket, for: transfer)
    }

    private func openMulti() -> UnsafeMutableRawPointer? {
        // Clear text needs no TLS, but libcurl initialises OpenSSL all the same. Most of that is reading its
        // configuration: a tenth of the start.
        if settings.isClearText { Environment.set("OPENSSL_CONF", "/dev/null") }
        // libcurl would write TLS secrets to the file that this variable names.
        Environment.remove("SSLKEYLOGFILE")
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else { return nil }
        if !settings.isClearText { chooseTrust() }
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

    /// Adds the given certificates to those that the system trusts.
    private func chooseTrust() {
        let builtIn = CertificateFile.builtIn()
        let system = builtIn ?? CertificateFile.elsewhere()
        if let added = settings.caFile {
            trust = system.flatMap { TrustFile.both(FilePath($0), and: added) }
            settings.trust(trust?.path ?? added)
            certificateFile = added.text + (trust == nil ? "" : system.map { " besides \($0)" } ?? "")
        } else {
            if builtIn == nil { settings.trust(system.map { FilePath($0) }) }
            certificateFile = system
        }
    }

    fileprivate func watch(_ socket: FileDescriptor, _ action: Int32) {
        switch action {
        case CURL_POLL_IN: pollSet.set(socket, .readable)
        case CURL_POLL_OUT: pollSet.set(socket, .writable)
        case CURL_POLL_INOUT: pollSet.set(socket, .readable | .writable)
        default: pollSet.remove(socket)
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        libraryTimer = milliseconds < 0 ? nil : clock.now + Double(milliseconds) / 1000
    }
}

private func transport(_ pointer: UnsafeMutableRawPointer?) -> CurlTransport? {
    pointer.map { Unmanaged<CurlTransport>.fromOpaque($0).takeUnretainedValue() }
}

private func watchSocket(
    _: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ action: Int32, _ pointer: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    transport(pointer)?.watch(FileDescriptor(socket), action)
    return 0
}

private func moveTimer(
    _: UnsafeMutableRawPointer?, _ milliseconds: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int32 {
    transport(pointer)?.setTimer(milliseconds: milliseconds)
    return 0
}
