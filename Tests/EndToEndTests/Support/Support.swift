import JSONRPC
import TestSupport
import Testing

/// A token that is well-formed and opens nothing. Every session checks that it shows nowhere.
let testToken = "sk-apik_e2e.0123456789abcdef"

/// A process that serves from the embedded workspace.
func sandbox(_ arguments: String...) throws -> HostProcess { try HostProcess(["--sandbox"] + arguments) }

/// A process whose API is `server`, with one attempt per call unless told otherwise.
func bridge(
    to server: FaultServer, attempts: Int = 1, _ arguments: [String] = [], environment: [String: String] = [:]
) throws -> HostProcess {
    try HostProcess(
        server.arguments + ["--max-attempts", "\(attempts)"] + arguments,
        environment: ["ENGAGEMENT_RPC_TOKEN": testToken].merging(environment) { $1 })
}

/// Seconds that something may take: as promised for a release build, four times that for a debug build, and what a busy
/// machine needs to let a process run.
func bound(_ seconds: Double) -> Double { seconds * max(1, Deadline.patience / 3) + 0.25 }

/// Milliseconds of a limit that the program is to keep, or of a fault that such a limit is to meet: as given, and more
/// on an emulated processor.
func slowed(milliseconds: Int) -> Int { Int(Double(milliseconds) * Deadline.slowness) }

/// The arguments that give a call so long, and longer on an emulated processor.
func limit(milliseconds: Int) -> [String] { ["--timeout-ms", "\(slowed(milliseconds: milliseconds))"] }

/// Whether the processor is an emulated one: then a limit on memory is passed over, and the emulator's memory counts as
/// the process's.
let processorIsEmulated: Bool = {
    var setup = Setup(["-c", "ulimit -v 4000000; ulimit -v"])
    setup.program = "/bin/sh"
    return (try? Command(setup))?.output != "4000000\n"
}()

/// Shell that limits files to 512 bytes or 1 KiB. An emulator writes one of its own before the program can ignore the
/// signal of that.
let fileLimit = (processorIsEmulated ? "trap '' XFSZ; " : "") + "ulimit -f 1"

/// Expects that `kibibytes` of a process's memory are fewer than `limit`.
func expectMemory(_ kibibytes: Int, below limit: Int, at location: SourceLocation = #_sourceLocation) {
    #expect(processorIsEmulated || kibibytes < limit, "\(kibibytes) KiB", sourceLocation: location)
}

/// A request as one line.
func request(_ id: String?, _ method: String, _ params: String? = nil) -> String {
    let id = id.map { #""id":\#($0),"# } ?? ""
    let params = params.map { #","params":\#($0)"# } ?? ""
    return #"{"jsonrpc":"2.0",\#(id)"method":"\#(method)"\#(params)}"#
}

/// `service.ping` as one line.
func ping(_ id: String?) -> String { request(id, "service.ping") }

/// The params of `engagement.replaceContacts`.
func replacement(_ engagement: String, _ contacts: [String] = ["cnt_sandbox01"]) -> String {
    let list = contacts.map { "\"\($0)\"" }.joined(separator: ",")
    return #"{"engagement_id":"\#(engagement)","contact_ids":[\#(list)]}"#
}

/// A text that `Swift Testing` names a case by.
struct Named<Value: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    let value: Value
    var testDescription: String { name }

    init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

extension Answer {
    /// Id and outcome in short, as tables of expected answers spell it: `1 ok`, `null -32600`, `[1 ok, 2 404]` for a
    /// batch (sorted), `- -32700` without an id.
    var summary: String {
        if isBatch {
            let entries = (try? elements().map(\.summary).sorted()) ?? []
            return "[" + entries.joined(separator: ", ") + "]"
        }
        return "\(text("id") ?? "-") \(code.map(String.init) ?? "ok")"
    }

    /// Where `kind` and `code` disagree, what is wrong; nil when they agree.
    var kindMismatch: String? {
        guard let code, let kind else { return text("error") == nil ? nil : "no kind in \(self)" }
        guard let known = RPCFailure.Kind(rawValue: kind) else { return "unknown kind \(kind)" }
        if (known.code.map { $0 == code } ?? (RPCFailure.Kind(status: code) == known)) { return nil }
        return "kind \(kind) with code \(code)"
    }
}

extension HostProcess {
    /// Sends `input`, ends stdin, expects exit code 0, and gives back everything that was said.
    func converse(_ input: some Sequence<UInt8>, within seconds: Double = 10) throws -> [Answer] {
        try send(input)
        closeInput()
        let ending = try waitForExit(within: seconds)
        let answers = takeAll()
        #expect(ending == .exited(0), "\(errorText)")
        try checkLeftovers()
        for answer in answers {
            for entry in answer.isBatch ? try answer.elements() : [answer] { #expect(entry.kindMismatch == nil) }
        }
        return answers
    }

    /// Expects that the process still serves.
    func expectAlive() throws {
        let answer = try call("service.ping")
        #expect(answer.text("result") == "{}", "\(answer)")
    }

    /// What reached the sandbox's API so far, in order.
    func sandboxRequests() throws -> [Answer] {
        let answer = try call("sandbox.requests")
        for path in [["result", "data", "requests"], ["result", "requests"], ["result", "data"], ["result"]] {
            let found =
                try path.count == 3
                ? answer.elements(path[0], path[1], path[2])
                : path.count == 2 ? answer.elements(path[0], path[1]) : answer.elements(path[0])
            if !found.isEmpty { return found }
        }
        #expect(answer.text("result") != nil, "\(answer)")
        return []
    }

    /// Plans what the sandbox does with the requests that match.
    func fail(_ match: String, _ steps: String, repeats: Bool = false) throws {
        let repeats = repeats ? #","repeat":true"# : ""
        let answer = try call("sandbox.fail", #"{"match":"\#(match)","steps":[\#(steps)]\#(repeats)}"#)
        #expect(answer.text("result") != nil, "\(answer)")
    }
}
