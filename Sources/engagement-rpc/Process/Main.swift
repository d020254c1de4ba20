import Bytes
import EngagementAPI
import Glibc
import JSON
import MCP
import Runtime
import Service

/// Options, wiring, exit.
@main
struct Main {
    static func main() {
        let hasOutput = StandardStreams.fillGaps()
        let token = EnvironmentToken.take(Setting.tokenVariable)
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        // A reader that has gone, and a file that may not grow, are told by errno.
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
        do throws(Failure) {
            try run(try Word.commandLine(), token, hasOutput: hasOutput)
        } catch {
            _ = write("engagement-rpc: \(error.sentence.printable)\n", to: 2)
            leave(error.code)
        }
    }

    private static func run(_ arguments: [Word], _ token: String?, hasOutput: Bool) throws(Failure) {
        let plain = arguments.map(\.text)
        let unflagged = Word.plain(plain)
        let isHelp = plain.contains { $0 == "--help" || $0 == "-h" } || unflagged.first == CommandWord.help.rawValue
        let isVersion = plain.contains("--version") || unflagged == [CommandWord.version.rawValue]
        if isHelp || isVersion {
            guard hasOutput else { throw noOutput }
            return try show(isHelp ? try Help.asked(plain) : "engagement-rpc \(Version.number)\n")
        }
        let options = try Options(arguments, environment: Word.variable)
        let words = Array(options.words.dropFirst())
        let first = options.words.first ?? CommandWord.serve.rawValue
        guard let command = CommandWord(rawValue: first) else {
            let known = CommandWord.allCases.map(\.rawValue)
            let isMethod = Help.callable.contains { $0.name == first }
            let hint = isMethod ? "call \(first)" : first.nearest(in: known)
            let text =
                hint.map { "did you mean \($0)?" } ?? "there are \(known.joined(separator: ", ")); --help tells all."
            throw Failure(sentence: "\(Failure.shown(first)) is not a command; \(text)")
        }
        guard command == .call || !options.isRaw && !options.isCompact else {
            throw Failure(sentence: "\(options.isRaw ? "--raw" : "--compact") belongs to call.")
        }
        guard !options.isRaw || !options.isCompact else {
            throw Failure(sentence: "--raw and --compact are two ways to print an answer; choose one.")
        }
        switch command {
        case .serve, .doctor, .man, .help, .version:
            guard words.isEmpty else { throw Failure(sentence: "\(command.rawValue) takes flags only.") }
        case .schema, .completions, .call: break
        }
        // Without a stdout nobody could learn the result, so nothing is begun. For `serve` it means that the host has
        // gone.
        guard hasOutput || command == .serve else { throw noOutput }
        switch command {
        case .serve: if hasOutput { try serve(options, token) }
        case .call: try call(words, options, token)
        case .schema: try printSchema(words, options)
        case .doctor: try examine(options, token)
        case .completions:
            guard words.count == 1, let shell = Completions.Shell(rawValue: words[0]) else {
                throw Failure(sentence: "completions takes one word: \(command.words.joined(separator: ", ")).")
            }
            try show(Completions.text(shell))
        case .man: try show(ManPage.text)
        case .help, .version: break
        }
    }

    private static let noOutput = Failure(
        sentence: "There is no stdout to answer on, so nothing was done.", code: Failure.ioError)

    private static func serve(_ options: Options, _ token: String?) throws(Failure) {
        // Asked before the process takes its streams over.
        let (isTyped, isShown) = (isatty(0) == 1, isatty(1) == 1)
        let isOwn = [0, 1].contains { isFile($0) }
        let process = try Process(options, token: token)
        if let sentence = process.exposure { process.log.write(.error, sentence) }
        if isTyped {
            _ = write(
                "engagement-rpc: reading requests, one JSON text per line; Ctrl-D ends; --help tells more.\n", to: 2)
        }
        // The line would be written over whatever else is drawn there: what is typed, answers, the questions of a
        // parent. With a file at one end nobody but a person at a shell has started this.
        let isWatched = isatty(2) == 1 && !isTyped && !isShown && isOwn
        let end: Loop.End
        if options.progress == .always || options.progress == .auto && isWatched {
            let line = ProgressLine(process.service, process.standardError)
            defer { line.finish() }
            end = try process.run(line)
        } else {
            end = try process.run(process.service)
        }
        // A script that goes by the status must not take half a batch for all of it.
        if let signal = end.signal, end.wasBatch, end.isCut || process.service.isCutShort { SignalPipe.die(of: signal) }
        leave(max(process.exitCode, process.service.exitCode))
    }

    private static func examine(_ options: Options, _ token: String?) throws(Failure) {
        let process = try Process(options, token: token)
        let doctor = Doctor(options, process)
        let end = try process.run(doctor)
        if let signal = end.signal { SignalPipe.die(of: signal) }
        leave(doctor.isHealthy ? 0 : 1)
    }

    private static func call(_ words: [String], _ options: Options, _ token: String?) throws(Failure) {
        guard let method = words.first else {
            throw Failure(sentence: "call takes a method, then its params; call --help shows how to write them.")
        }
        var options = options
        options.service.framing = .lines
        let isColoured =
            isatty(1) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
            && Word.variable("TERM")?.text != "dumb"
        let params = try CallParams.json(Array(words.dropFirst()), method: method)
        let process = try Process(options, token: token)
        let style: SingleCall.Style =
            options.isRaw ? .raw : options.isCompact ? .compact : isColoured ? .coloured : .plain
        let client = try SingleCall(method: method, params: params, style: style, service: process.service)
        let end = try process.run(client)
        if let complaint = client.complaint { _ = write("engagement-rpc: \(complaint.printable)\n", to: 2) }
        // As every program does that a shell runs in a loop: the next one is not begun.
        if let signal = end.signal { SignalPipe.die(of: signal) }
        leave(client.succeeded || client.isUnheard && client.complaint == nil ? 0 : 1)
    }

    private static func isFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Not `exit`: OpenSSL's exit handlers and a resolver thread that still waits for its answer must not meet.
    private static func leave(_ code: Int32) -> Never { _exit(code) }

    /// Prints a document as this process would give it, without the methods that its flags leave out.
    private static func printSchema(_ words: [String], _ options: Options) throws(Failure) {
        guard words.count <= 1 else { throw Failure(sentence: "schema takes one word: openrpc or mcp.") }
        let table = MethodTable(filter: options.service.filter, sandbox: options.service.isSandbox)
        let compact = ByteBuffer()
        switch words.first ?? "openrpc" {
        case "openrpc": OpenRPC.append(table.listed, version: Version.number, to: compact)
        case "mcp": MCP.Server.appendDocument(table.offered, to: compact)
        case "methods": return try show(DocumentTables.methods)
        case "page": return try show(MethodsPage.text)
        case "examples": return try show(MethodsPage.exampleRequests)
        case "errors": return try show(DocumentTables.errors)
        case "settings": return try show(DocumentTables.settings)
        default: throw Failure(sentence: "schema takes openrpc or mcp.")
        }
        let pretty = ByteBuffer()
        withExtendedLifetime(compact) {
            var scanner = JSONScanner(compact.bytes)
            (try? scanner.text())?.appendPretty(to: pretty)
        }
        try show(withExtendedLifetime(pretty) { pretty.bytes.text } + "\n")
    }

    /// Writes `text` to stdout. Throws when it can't be written; a reader that has gone wants no more.
    private static func show(_ text: String) throws(Failure) {
        let code = write(text, to: 1)
        guard code != 0, code != EPIPE else { return }
        let reason = String(cString: strerror(code))
        throw Failure(sentence: "The answer can't be written to stdout: \(reason).", code: Failure.ioError)
    }

    /// Returns 0, or the `errno` of what kept all of `text` from being written.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
                continue
            }
            guard count > 0 else { return errno }
            bytes = bytes.dropFirst(count)
        }
        return 0
    }
}
