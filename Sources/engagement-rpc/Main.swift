import Bytes
import EngagementAPI
import Glibc
import JSON
import Runtime
import Service

/// Options, wiring, exit.
@main
struct Main {
    static func main() {
        let token = Credential.takeFromEnvironment("ENGAGEMENT_RPC_TOKEN")
        // libcurl would write TLS secrets to the file that this names.
        unsetenv("SSLKEYLOGFILE")
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        do throws(UsageError) {
            try run(Array(CommandLine.arguments.dropFirst()), token)
        } catch {
            write("engagement-rpc: \(error.sentence)\n", to: 2)
            exit(64)
        }
    }

    private static func run(_ words: [String], _ token: String?) throws(UsageError) {
        switch words.first {
        case "--help", "-h", "help": write(Help.text, to: 1)
        case "--version", "version": write("engagement-rpc \(Version.number)\n", to: 1)
        case "schema": try printSchema(Array(words.dropFirst()))
        case "call": try call(Array(words.dropFirst()), token)
        case "serve": try serve(Array(words.dropFirst()), token)
        default: try serve(words, token)
        }
    }

    private static func options(_ words: [String]) throws(UsageError) -> Options {
        try Options(flags: words) { name in getenv(name).map { String(cString: $0) } }
    }

    private static func serve(_ words: [String], _ token: String?) throws(UsageError) {
        let options = try options(words)
        if isatty(0) == 1 {
            write("engagement-rpc: reading requests, one JSON text per line; Ctrl-D ends; --help tells more.\n", to: 2)
        }
        let signals = SignalPipe()
        let streams = StandardStreams()
        let process = try Process(options, token: token)
        Loop(
            client: process.service, transport: process.transport, streams: streams, signals: signals,
            clock: process.clock
        ).run()
        // Not `exit`: OpenSSL's exit handlers and a resolver thread that still waits for its answer must not meet.
        _exit(0)
    }

    private static func call(_ words: [String], _ token: String?) throws(UsageError) {
        let positional = words.prefix { !$0.hasPrefix("--") }
        guard let method = positional.first, positional.count <= 2 else {
            throw UsageError(sentence: "call takes a method, then its params as JSON, then flags.")
        }
        let options = try options(Array(words.dropFirst(positional.count)))
        let signals = SignalPipe()
        let streams = StandardStreams()
        let process = try Process(options, token: token)
        let client = try SingleCall(method: method, params: positional.dropFirst().first, service: process.service)
        Loop(client: client, transport: process.transport, streams: streams, signals: signals, clock: process.clock)
            .run()
        _exit(client.succeeded ? 0 : 1)
    }

    private static func printSchema(_ words: [String]) throws(UsageError) {
        guard words.count <= 1, words.first ?? "openrpc" == "openrpc" else {
            throw UsageError(sentence: "schema takes openrpc.")
        }
        let compact = ByteBuffer()
        OpenRPC.append(MethodTable().listed, version: Version.number, to: compact)
        var scanner = JSONScanner(compact.bytes)
        let pretty = ByteBuffer()
        (try? scanner.text())?.appendPretty(to: pretty)
        write(pretty.bytes.text + "\n", to: 1)
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
