import Bytes
import EngagementAPI
import HTTP
import JSONRPC
import Journal
import Platform
import Runtime
import Sandbox
import Service

extension RPCServer: LoopClient {
    package func event(_ event: LoopEvent, at now: Instant) {
        switch event {
        case .received(let count): received(count, at: now)
        case .inputHungUp: inputHungUp(at: now)
        case .inputEnded: inputEnded(at: now)
        case .outputGone: outputGone(at: now)
        case .signalled: signalled(at: now)
        case .orphaned: orphaned(at: now)
        case .finished(let exchange): finished(exchange, at: now)
        case .journalAnswered: journalAnswered(at: now)
        case .tokenArrived: tokenArrived(at: now)
        }
    }
}

/// A process, assembled from its settings.
struct Process {
    let service: RPCServer
    let transport: CurlTransport
    /// 0, or 64 if a setting prevents every call; the calls report that too.
    var exitCode: Int32 { exposure == nil ? 0 : 64 }
    let standardError: StandardError
    let log: Logger
    let base: BaseURL
    /// Why no call can be made, whatever the token is, or nil.
    let exposure: String?
    let tokenChoice: TokenChoice
    /// Why the certificates that `SSL_CERT_FILE` names can't be trusted, as a sentence, or nil.
    let trustFault: () -> String?
    /// Prepares the transport for its first exchange.
    let readyTransport: () -> TokenAnswer
    /// Overwrites the token in some bytes.
    let conceal: (UnsafeMutableRawBufferPointer) -> Void
    private let clock = LoopClock()
    private let sandbox: SandboxServer?
    private let signals: SignalPipe
    private let streams: StandardStreams
    private let journal: FileJournal?

    /// Assembles everything. Opens only the sandbox's port and the journal's file, neither the network nor the token's
    /// file.
    ///
    /// - Parameter digest: returns what the journal notes of the address by which a write's record was named.
    init(
        _ options: Options, token: String?, digest: @escaping (JournalEvent) -> String? = { _ in nil }
    ) throws(Failure) {
        let connections = try Self.connections(options)
        // Not for a variable that all programs share: the start reads no file that its flags don't name.
        let isForAll = options.origins["--ca-file"] == "SSL_CERT_FILE"
        if let file = options.transport.caFile, !isForAll, let fault = CertificateFile.fault(of: file) {
            throw Failure(sentence: "The CA file \(file.text.quoted) \(fault).")
        }
        signals = SignalPipe()
        let sandbox = options.isSandbox ? try SandboxServer.start(options, isShared: false) : nil
        self.sandbox = sandbox
        let base = try Self.baseURL(options, sandbox)
        self.base = base
        streams = StandardStreams()
        var transportSettings = options.transport
        transportSettings.baseURL = base.text
        (transportSettings.isClearText, transportSettings.isLoopback) = (base.isClearText, base.isLoopback)
        transportSettings.maxConnections = connections
        let transport = CurlTransport(settings: transportSettings, clock: clock)
        self.transport = transport
        let standardError = StandardError()
        self.standardError = standardError
        let log = Logger(level: options.logLevel, format: options.logFormat, timestamp: Self.timestamp) {
            standardError.write($0)
        }
        self.log = log
        tokenChoice =
            if let token = sandbox?.token ?? options.sandboxAt.map({ _ in SandboxServer.anyToken }) {
                TokenChoice(token, origin: "the sandbox")
            } else {
                try TokenChoice(options, token: token) { log.write(.warning, $0) }
            }
        let credential = Credential(tokenChoice.source)
        Self.prepare(log, standardError, options)
        let exposure = base.isClearText && !base.isLoopback ? Self.clearText : nil
        self.exposure = exposure
        let sharedTrust = isForAll && !base.isClearText ? options.transport.caFile : nil
        let trustFault = { sharedTrust.flatMap(Self.fault) }
        self.trustFault = trustFault
        let readyTransport: () -> TokenAnswer = {
            if let exposure { return .failed(exposure) }
            if let fault = TransportLibrary.fault { return .failed(fault) }
            if let fault = trustFault() { return .failed(fault) }
            let answer = credential.obtain()
            if let authorization = credential.authorization { transport.use(authorization: authorization) }
            return answer
        }
        self.readyTransport = readyTransport
        conceal = credential.conceal
        var generator = SystemRandomNumberGenerator()
        let surroundings = ServiceSurroundings(
            random: { Double.random(in: 0..<1, using: &generator) }, wallClock: { Double(SystemClock.wallSeconds) },
            prepare: readyTransport,
            refreshToken: {
                let answer = credential.refresh()
                if case .ready = answer, let fresh = credential.authorization {
                    transport.use(authorization: fresh)
                }
                return answer
            },
            conceal: credential.conceal, log: log)
        journal = try Self.journal(options, digest)
        service = RPCServer(
            settings: Self.settings(options, base, connections), surroundings: surroundings, transport: transport,
            journal: journal, attendees: RuntimeFolder(baseURL: base.text))
    }

    /// Gives the report of lost lines the log's format, and warns of variables with this program's prefix and of
    /// methods that it does not know.
    private static func prepare(_ log: Logger, _ standardError: StandardError, _ options: Options) {
        if options.logFormat == .text {
            standardError.lossNote = {
                "\(timestamp()) engagement-rpc: warning: \($0) log lines lost, because nobody read them\n"
            }
        } else {
            standardError.lossNote = {
                "{\"time\":\"\(timestamp())\",\"level\":\"warning\",\"event\":\"log lines lost\",\"lines\":\($0)}\n"
            }
        }
        for sentence in UnknownVariables.warnings(Word.variables) + UnknownMethods.warnings(options) {
            log.write(.warning, sentence)
        }
    }

    /// Why the file that `SSL_CERT_FILE` names can't be trusted.
    private static func fault(_ file: FilePath) -> String? {
        CertificateFile.fault(of: file).map { fault in
            "SSL_CERT_FILE names \(file.text.quoted), which \(fault); mend it, unset it, or give --ca-file."
        }
    }

    private static func journal(
        _ options: Options, _ digest: @escaping (JournalEvent) -> String?
    ) throws(Failure) -> FileJournal? {
        guard let path = options.journal else { return nil }
        let workspace = try workspace(options)
        do throws(JournalProblem) {
            return try FileJournal(
                path: path, workspace: workspace, now: { SystemClock.wallMilliseconds }, digest: digest)
        } catch {
            throw Failure(sentence: error.sentence)
        }
    }

    private static let clearText =
        "The base URL is http and not on this machine, so the token would travel in the clear; use https."

    /// Now, in RFC 3339's form, to the millisecond.
    private static func timestamp() -> String {
        CivilDate.text(millisecondsSince1970: SystemClock.wallMilliseconds)
    }

    /// Runs the loop for `client` until it is finished. Throws when stdin or stdout can't be used.
    @discardableResult
    func run(_ client: any LoopClient) throws(Failure) -> Loop.End {
        let end = loop(client)
        if let sentence = end.problem { throw Failure(sentence: sentence, code: Failure.ioError) }
        return end
    }

    /// Runs the loop for `client` until it is finished.
    func loop(_ client: any LoopClient) -> Loop.End {
        let loop = Loop(
            client: client, transport: transport, streams: streams, signals: signals, clock: clock,
            journal: journal?.descriptor ?? .none, token: tokenChoice.source.descriptor)
        // The journal must still record how the last writes ended.
        defer {
            journal?.close(within: 1)
            tokenChoice.source.stop()
        }
        return loop.run()
    }

    private static func settings(_ options: Options, _ base: BaseURL, _ connections: Int) -> ServiceSettings {
        var settings = options.service
        settings.baseURL = base.text
        settings.maxConnections = connections
        settings.sharesConnections = options.transport.allowsHTTP2
        return settings
    }

    /// The number of connections that descriptors are left for. Throws when too few are left for the process itself,
    /// because it would lose requests.
    private static func connections(_ options: Options) throws(Failure) -> Int {
        guard let limit = ThisProcess.descriptorLimit, limit < 1024 else { return options.service.maxConnections }
        let free = ThisProcess.freeDescriptors(upTo: 1024)
        guard free >= leastDescriptors else {
            let text = "Only \(free) more descriptors may be opened and \(leastDescriptors) are needed; see ulimit -n."
            throw Failure(sentence: text, code: Failure.systemError)
        }
        // The sandbox has the other end of each connection.
        let each = options.isSandbox ? 2 : 1
        return min(options.service.maxConnections, max(1, (free - leastDescriptors) / each))
    }

    /// Descriptors for stdin, stdout and stderr, signals, the parent, the loop, name lookups, files and the first
    /// connection.
    private static let leastDescriptors = 21

    /// How the journal names the API that these options lead to: by its base URL, or `sandbox` for one that ends with
    /// this process.
    static func workspace(_ options: Options) throws(Failure) -> String {
        options.isSandbox ? JournaledRuns.endedSandbox : try baseURL(options, nil).text
    }

    private static func baseURL(_ options: Options, _ sandbox: SandboxServer?) throws(Failure) -> BaseURL {
        do throws(BaseURL.Problem) {
            // Checked even if a sandbox replaces it: a bad setting is always an error.
            let wanted = try BaseURL(options.transport.baseURL)
            if let sandbox { return try BaseURL(sandbox.url) }
            if let url = options.sandboxAt { return try sandboxURL(url) }
            return wanted
        } catch {
            throw Failure(sentence: "The base URL can't be used: \(error.sentence).")
        }
    }

    /// The URL of another process's sandbox, which is on this machine.
    private static func sandboxURL(_ text: String) throws(BaseURL.Problem) -> BaseURL {
        if let url = try? BaseURL(text), url.isClearText, url.isLoopback, url.text.hasSuffix("/api") { return url }
        throw BaseURL.Problem(
            sentence: "--sandbox-at takes what engagement-rpc sandbox prints, such as http://127.0.0.1:8080/api")
    }
}
