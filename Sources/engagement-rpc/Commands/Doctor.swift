import Bytes
import HTTP
import Platform
import Runtime

/// The loop's client for `doctor`: asks the API one cheap question, and reports on each part of the way to it. A fault
/// in one part does not stop the checks of the others.
final class Doctor: LoopClient {
    let output = ChunkQueue()
    /// The parts with faults.
    private var faults: [String] = []
    var isHealthy: Bool { faults.isEmpty }
    private let transport: CurlTransport
    private let base: BaseURL
    private let exchange: Exchange
    private var hasToken = false
    private var phase = Phase.new
    private let process: Process
    private var deadline: Instant?
    private let report = ByteBuffer()

    private enum Phase { case new, awaitingToken, asking, done }

    /// Milliseconds that the API has to answer: no more than a call would give it.
    private let patienceMs: Int
    private static let longestPatienceMs = 10_000

    init(_ options: Options, _ process: Process) {
        self.process = process
        (transport, base) = (process.transport, process.base)
        patienceMs = min(Self.longestPatienceMs, options.service.timeoutMs)
        let target = ByteBuffer("/v2/engagements?limit=1".utf8)
        exchange = Exchange(
            tag: 0, request: HTTPRequest(.get, target: target), body: ByteBuffer(), connectTimeoutMs: 5000)
        line("engagement-rpc \(Version.number), \(TransportLibrary.versions)")
        for setting in Setting.all where setting.commands.isEmpty {
            let isOverruled = options.service.isSandbox && setting.flag == "--base-url"
            let value = isOverruled ? base.text : setting.value(options)
            let origin = isOverruled ? "the sandbox" : options.origins[setting.flag] ?? "default"
            line("      \(setting.flag.padded(20))\(value.padded(34))\(origin)")
        }
        for sentence in UnknownMethods.warnings(options) { note("methods", sentence) }
        if let fault = TransportLibrary.fault {
            fail("libcurl", fault)
            phase = .done
        } else {
            pass("libcurl", TransportLibrary.file)
        }
        if let exposure = process.exposure {
            fail("base URL", exposure)
            phase = .done
        }
        if let proxy = ProxyVariable.inUse(isClearText: base.isClearText, isLoopback: base.isLoopback) {
            note("proxy", "from \(proxy.name); no_proxy names hosts to reach without one")
        }
    }

    private func begin(_ now: Instant) {
        switch process.readyTransport() {
        case .awaited:
            phase = .awaitingToken
            return
        case .failed(let problem): fail(problem == process.trustFault() ? "certificates" : "token", problem)
        case .ready:
            hasToken = true
            pass("token", "present and well-formed, from \(process.tokenChoice.origin)")
        }
        phase = .asking
        deadline = now + Double(patienceMs) / 1000
        transport.start(exchange)
    }

    var wantsInput: Bool { false }
    var nextTimer: Instant? { phase == .new ? Instant(nanoseconds: 0) : phase == .asking ? deadline : nil }
    var leaveBy: Instant? { nil }
    var isFinished: Bool { phase == .done }

    func inputRoom() -> UnsafeMutableRawBufferPointer { report.spare(atLeast: 1) }
    func event(_ event: LoopEvent, at now: Instant) {
        switch event {
        case .finished(let exchange): finished(exchange)
        case .tokenArrived: if phase == .awaitingToken { begin(now) }
        case .outputGone: phase = .done
        case .signalled:
            if phase != .done { fail("doctor", "told to end before all was looked at", "run it again") }
            phase = .done
        case .received, .inputHungUp, .inputEnded, .orphaned, .journalAnswered: break
        }
    }

    func advance(at now: Instant) {
        switch phase {
        case .new: begin(now)
        case .asking where deadline.map { $0 <= now } ?? false:
            transport.cancel(exchange)
            failForSilence()
            phase = .done
        default: break
        }
        if phase == .done { show() }
    }

    private func failForSilence() {
        let time = patienceMs % 1000 == 0 ? "\(patienceMs / 1000) s" : "\(patienceMs) ms"
        let isShortened = patienceMs < Self.longestPatienceMs
        let fix = "check the network, the proxy and the base URL" + (isShortened ? ", or raise --timeout-ms" : "")
        fail("reach", "no answer within \(time)", fix)
    }

    private func finished(_ exchange: Exchange) {
        phase = .done
        exchange.changeFields(process.conceal)
        let cause = exchange.cause.map { " (\($0))" } ?? ""
        switch exchange.failure {
        case nil: judgeAnswer()
        case .resolve: fail("reach", "the host's name has no address\(cause)", "check --base-url and the network")
        case .tls(let reason, _):
            let trusted =
                transport.certificateFile.map { " (trusted: \($0))" } ?? " (no file of certificates was found)"
            fail("TLS", (exchange.cause ?? reason) + trusted, "check the clock, --base-url and --ca-file")
        case .handshakeTimeout: fail("TLS", "the handshake did not end in time", "check that the port speaks TLS")
        case .loopback: fail("reach", "the loopback interface of this machine is down", "bring it up")
        case .proxy: fail("reach", "the proxy can't be used\(cause)", "check https_proxy and no_proxy")
        case .proxyRefused(407): fail("reach", "the proxy wants a login (407)", "put NAME:PASSWORD@ into https_proxy")
        case .proxyRefused(let status): fail("reach", "the proxy refuses (\(status))", "check https_proxy and no_proxy")
        case .lookupTimeout: fail("reach", "no name server answered\(cause)", "check /etc/resolv.conf and the network")
        case .handshakeEnded: fail("TLS", "the host ended the handshake\(cause)", "check that the port speaks TLS")
        case .clientCertificateWanted: fail("TLS", "the host wants a client's certificate", "check --base-url")
        case .connect, .connectTimeout:
            fail("reach", "no connection to the host\(cause)", "check --base-url, the network and the proxy")
        default: fail("reach", "no usable answer\(cause)", "check that --base-url leads to the API")
        }
        show()
    }

    private func judgeAnswer() {
        if base.isClearText {
            note("TLS", "not used: the base URL is http, on this machine")
        } else {
            pass("TLS", "the API's certificate is trusted, by \(transport.certificateFile ?? "libcurl's own means")")
        }
        if exchange.interposer != nil {
            let text = "something stands between and answered in the API's place (\(exchange.status))"
            return fail("reach", text, "check --base-url, the proxy and any firewall")
        }
        pass("reach", "the API answers (\(exchange.status))")
        switch exchange.status {
        // Whatever the answer is, it is about no token.
        case 200..<300 where !hasToken, 401 where !hasToken, 403 where !hasToken:
            note("access", "not tried, because there is no usable token")
        case 200..<300: pass("access", "the token is accepted and may read engagements")
        case 401: fail("access", "the token is not accepted (401)", fixOfToken)
        case 403: fail("access", "the token may not read engagements (403)", "give the key the scope engagements:read")
        case 404: fail("access", "nothing is there (404)", "check the path of --base-url; it ends in /api")
        case 300..<400: fail("access", "a redirect (\(exchange.status)), which is never followed", "check --base-url")
        default: fail("access", "status \(exchange.status)", "try again later")
        }
        if let version = exchange[.apiVersion] {
            pass("API version", version.text)
        } else {
            fail("API version", "no X-Api-Version header", "check that --base-url leads to the AskElephant API")
        }
        judgeClock()
    }

    /// What to do about a token that the API refuses, where it came from.
    private var fixOfToken: String {
        let origin = process.tokenChoice.origin
        let setting = Setting.all.first { $0.flag == origin || $0.variables.contains(origin) }
        switch setting?.flag ?? origin {
        case "--token-file": return "put a valid key into the file that \(origin) names"
        case "--token-command": return "make the command of \(origin) print a valid key"
        case Setting.tokenVariable: return "set \(origin) to a valid key"
        default: return "check that the base URL leads to a sandbox"
        }
    }

    private func judgeClock() {
        let now = SystemClock.wallSeconds
        guard let date = exchange[.date], let server = HTTPDate.seconds(date, now: Double(now)) else {
            return note("clock", "not compared, because the answer has no Date")
        }
        let skew = now - server
        if abs(skew) <= 60 { return pass("clock", "within \(abs(skew)) s of the API's") }
        fail("clock", "\(abs(skew)) s \(skew > 0 ? "ahead of" : "behind") the API's", "set this machine's clock")
    }

    private func pass(_ what: String, _ text: String) { line("ok    \(what.padded(20))\(text)") }

    private func note(_ what: String, _ text: String) { line("--    \(what.padded(20))\(text)") }

    /// `fix` is nil if `text` says what to do.
    private func fail(_ what: String, _ text: String, _ fix: String? = nil) {
        faults.append(what)
        line("FAIL  \(what.padded(20))\(text)" + (fix.map { ": \($0)" } ?? ""))
    }

    private func line(_ text: String) { report.append(text: text.printable + "\n") }

    private func show() {
        guard report.count > 0 else { return }
        line(isHealthy ? "Ready to use." : "Not ready: \(faults.joined(separator: ", ")); each FAIL says what to do.")
        _ = output.append(report)
        report.truncate(to: 0)
    }
}
