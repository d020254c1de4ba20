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
        let token = Credential.takeFromEnvironment("ENGAGEMENT_RPC_TOKEN")
        // libcurl would write TLS secrets to the file that this names.
        unsetenv("SSLKEYLOGFILE")
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        do throws(UsageError) {
            try run(Array(CommandLine.arguments.dropFirst()), token, hasOutput: hasOutput)
        } catch {
            write("engagement-rpc: \(error.sentence.printable)\n", to: 2)
            exit(64)
        }
    }

    private static func run(_ arguments: [String], _ token: String?, hasOutput: Bool) throws(UsageError) {
        if arguments.contains("--help") || arguments.contains("-h") { return write(Help.text, to: 1) }
        if arguments.contains("--version") { return write("engagement-rpc \(Version.number)\n", to: 1) }
        let options = try Options(arguments) { name in getenv(name).map { String(cString: $0) } }
        let words = options.words.dropFirst()
        switch options.words.first {
        case nil, "serve":
            guard words.isEmpty else { throw UsageError(sentence: "serve takes flags only.") }
            // Without a stdout nobody could learn of what is done, so nothing is begun.
            if hasOutput { try serve(options, token) }
        case "call": if hasOutput { try call(Array(words), options, token) }
        case "schema": try printSchema(Array(words), options)
        case "doctor":
            guard words.isEmpty else { throw UsageError(sentence: "doctor takes flags only.") }
            try examine(options, token)
        case let word?:
            throw UsageError(
                sentence:
                    "\(UsageError.shown(word)) is not a command; serve, call, doctor and schema are, and --help tells all."
            )
        }
    }

    private static func serve(_ options: Options, _ token: String?) throws(UsageError) {
        // Asked before the process takes its streams over.
        let (isTyped, isShown) = (isatty(0) == 1, isatty(1) == 1)
        let process = try Process(options, token: token)
        if let sentence = process.exposure { process.log.write(.error, sentence) }
        if isTyped {
            write("engagement-rpc: reading requests, one JSON text per line; Ctrl-D ends; --help tells more.\n", to: 2)
        }
        // Answers on the same terminal and the line would write over each other.
        let isWatched = isatty(2) == 1 && !isTyped && !isShown
        if options.progress == .always || options.progress == .auto && isWatched {
            let line = ProgressLine(process.service, process.standardError)
            process.run(line)
            line.finish()
        } else {
            process.run(process.service)
        }
        leave(max(process.exitCode, process.service.exitCode))
    }

    private static func examine(_ options: Options, _ token: String?) throws(UsageError) {
        let process = try Process(options, token: token)
        let doctor = Doctor(options, process)
        process.run(doctor)
        leave(doctor.isHealthy ? 0 : 1)
    }

    private static func call(_ words: [String], _ options: Options, _ token: String?) throws(UsageError) {
        guard let method = words.first, words.count <= 2 else {
            throw UsageError(sentence: "call takes a method, then its params as JSON.")
        }
        var options = options
        options.framing = .lines
        let process = try Process(options, token: token)
        let client = try SingleCall(method: method, params: words.dropFirst().first, service: process.service)
        process.run(client)
        leave(client.succeeded ? 0 : 1)
    }

    /// Not `exit`: OpenSSL's exit handlers and a resolver thread that still waits for its answer must not meet.
    private static func leave(_ code: Int32) -> Never { _exit(code) }

    /// The documents as this process would give them: what its flags leave out is not in them.
    private static func printSchema(_ words: [String], _ options: Options) throws(UsageError) {
        guard words.count <= 1 else { throw UsageError(sentence: "schema takes one word: openrpc or mcp.") }
        let methods = MethodTable(filter: options.filter, sandbox: options.isSandbox).listed
        let compact = ByteBuffer()
        switch words.first ?? "openrpc" {
        case "openrpc": OpenRPC.append(methods, version: Version.number, to: compact)
        case "mcp": MCP.Server.appendDocument(methods, to: compact)
        case "methods": return write(ReadmeTables.methods, to: 1)
        case "settings": return write(ReadmeTables.settings, to: 1)
        default: throw UsageError(sentence: "schema takes openrpc or mcp.")
        }
        let pretty = ByteBuffer()
        withExtendedLifetime(compact) {
            var scanner = JSONScanner(compact.bytes)
            (try? scanner.text())?.appendPretty(to: pretty)
        }
        withExtendedLifetime(pretty) { write(pretty.bytes.text + "\n", to: 1) }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
