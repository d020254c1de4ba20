import Bytes
import EngagementAPI
import JSON
import MCP
import Platform
import Runtime
import Service

/// Options, wiring, exit.
@main
struct Main {
    static func main() {
        let hasOutput = StandardStreams.fillGaps()
        let token = EnvironmentToken.take(Setting.tokenVariable)
        ThisProcess.forbidCoreDumps()
        Signals.ignoreThoseOfWriting()
        do throws(Failure) {
            try run(try Word.commandLine(), token, hasOutput: hasOutput)
        } catch {
            error.say()
            ThisProcess.leave(error.code)
        }
    }

    private static func run(_ arguments: [Word], _ token: String?, hasOutput: Bool) throws(Failure) {
        let plain = Array(arguments.map(\.text).prefix { $0 != Word.endOfFlags })
        let unflagged = Word.plain(plain)
        let isHelp = plain.contains { $0 == "--help" || $0 == "-h" } || unflagged.first == CommandWord.help.rawValue
        let isVersion = plain.contains("--version") || unflagged == [CommandWord.version.rawValue]
        if isHelp || isVersion {
            guard hasOutput else { throw noOutput }
            guard isHelp else { return try StandardText.show("engagement-rpc \(Version.number)\n") }
            // Help is to be had with a wrong setting, too.
            let others = arguments.filter { $0.text != "--help" && $0.text != "-h" }
            let filter = (try? Options(others, environment: Word.variable))?.service.filter
            return try StandardText.show(try Help.asked(plain, filter ?? MethodTable.Filter()))
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
        try options.check(for: command)
        switch command {
        case .serve, .sandbox, .doctor, .man, .help, .version:
            guard words.isEmpty else { throw Failure(sentence: "\(command.rawValue) takes flags only.") }
        case .schema, .completions, .call, .plan, .apply, .undo, .runs, .export, .merge: break
        }
        // Without a stdout nobody could learn what was done, so nothing is begun. For `serve`, a missing stdout means
        // that the host has gone, which is no failure; what a job does without one, it says on stderr, in its journal
        // and by its status.
        guard hasOutput || [.serve, .plan, .apply, .undo, .merge].contains(command) else { throw noOutput }
        switch command {
        case .serve:
            guard hasOutput else { return noOutput.say() }
            try serve(options, token)
        case .call: try call(words, options, token)
        case .plan, .apply, .undo, .runs, .export, .merge:
            var job = JobCommand(command, options, token: token, hasOutput: hasOutput)
            try job.run(words)
        case .sandbox: try share(options)
        case .schema: try printSchema(words, options)
        case .doctor: try examine(options, token)
        case .completions:
            guard words.count == 1, let shell = Completions.Shell(rawValue: words[0]) else {
                throw Failure(sentence: "completions takes one word: \(command.words.joined(separator: ", ")).")
            }
            try StandardText.show(Completions.text(shell))
        case .man: try StandardText.show(ManPage.text)
        case .help, .version: break
        }
    }

    private static let noOutput = Failure(
        sentence: "There is no stdout to answer on, so nothing was done.", code: Failure.ioError)

    private static func serve(_ options: Options, _ token: String?) throws(Failure) {
        // Before the process takes over its streams.
        let isTyped = FileDescriptor.standardInput.isTerminal
        let isShown = FileDescriptor.standardOutput.isTerminal
        let isOwn = [FileDescriptor.standardInput, .standardOutput].contains { (try? FileStatus($0))?.kind == .file }
        let process = try Process(options, token: token)
        if let sentence = process.exposure { process.log.write(.error, sentence) }
        if isTyped {
            StandardText.say(
                "engagement-rpc: reading requests, one JSON text per line; Ctrl-D ends; --help tells more.\n")
        }
        // The line would overwrite whatever else is on the terminal: typed text, answers, a parent's questions. If one
        // end is a file, a person at a shell has started the process.
        let isWatched = FileDescriptor.standardError.isTerminal && !isTyped && !isShown && isOwn
        let end: Loop.End
        if options.progress == .always || options.progress == .auto && isWatched {
            let line = ProgressLine(process.service, process.standardError)
            defer { line.finish() }
            end = try process.run(line)
        } else {
            end = try process.run(process.service)
        }
        // A script that checks the status must not take a partial batch for a complete one.
        if let signal = end.signal, end.wasBatch, end.isCut || process.service.isCutShort { Signals.die(of: signal) }
        ThisProcess.leave(max(process.exitCode, process.service.exitCode))
    }

    /// Runs a sandbox for other processes.
    private static func share(_ options: Options) throws(Failure) {
        let sandbox = try SharedSandbox(options)
        try StandardText.show(sandbox.url + "\n")
        if FileDescriptor.standardInput.isTerminal {
            StandardText.say("engagement-rpc: --sandbox-at takes this URL; Ctrl-D ends the sandbox.\n")
        }
        if try sandbox.run() == .hadNoInput {
            StandardText.say(
                "engagement-rpc: stdin has ended already, and so has the sandbox; it lives as long as stdin, so give it a "
                    + "pipe or a terminal.\n")
        }
        ThisProcess.leave(0)
    }

    private static func examine(_ options: Options, _ token: String?) throws(Failure) {
        let process = try Process(options, token: token)
        let doctor = Doctor(options, process)
        let end = try process.run(doctor)
        if let signal = end.signal { Signals.die(of: signal) }
        ThisProcess.leave(doctor.isHealthy ? 0 : 1)
    }

    private static func call(_ words: [String], _ options: Options, _ token: String?) throws(Failure) {
        guard let method = words.first else {
            throw Failure(sentence: "call takes a method, then its params; call --help shows how to write them.")
        }
        var options = options
        options.service.framing = .lines
        let params = try CallParams.json(Array(words.dropFirst()), method: method)
        // Before the process takes over its streams.
        let style: SingleCall.Style =
            options.isRaw
            ? .raw(onTerminal: FileDescriptor.standardOutput.isTerminal)
            : options.isCompact ? .compact : StandardText.isColoured ? .coloured : .plain
        let process = try Process(options, token: token)
        let client = try SingleCall(method: method, params: params, style: style, service: process.service)
        let end = try process.run(client)
        if let complaint = client.complaint { StandardText.say("engagement-rpc: \(complaint.printable)\n") }
        // As every program in a shell's loop should: the shell then ends the loop.
        if let signal = end.signal { Signals.die(of: signal) }
        ThisProcess.leave(client.succeeded || client.isUnheard && client.complaint == nil ? 0 : 1)
    }

    /// Prints the documents of this process, without what its flags exclude.
    private static func printSchema(_ words: [String], _ options: Options) throws(Failure) {
        guard words.count <= 1 else { throw Failure(sentence: "schema takes one word: openrpc or mcp.") }
        let table = MethodTable(filter: options.service.filter, sandbox: options.service.isSandbox)
        let compact = ByteBuffer()
        switch words.first ?? "openrpc" {
        case "openrpc": OpenRPC.append(table.listed, version: Version.number, to: compact)
        case "mcp": MCP.Server.appendDocument(table.offered, to: compact)
        case "methods": return try StandardText.show(DocumentTables.methods)
        case "page": return try StandardText.show(MethodsPage.text)
        case "examples": return try StandardText.show(MethodsPage.exampleRequests)
        case "errors": return try StandardText.show(DocumentTables.errors)
        case "settings": return try StandardText.show(DocumentTables.settings)
        default: throw Failure(sentence: "schema takes openrpc or mcp.")
        }
        let pretty = ByteBuffer()
        withExtendedLifetime(compact) {
            var scanner = JSONScanner(compact.bytes)
            (try? scanner.text())?.appendPretty(to: pretty)
        }
        try StandardText.show(withExtendedLifetime(pretty) { pretty.bytes.text } + "\n")
    }
}
