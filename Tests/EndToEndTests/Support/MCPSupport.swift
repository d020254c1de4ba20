import Foundation
import TestSupport
import Testing

/// The five revisions of MCP, and how a client of each begins.
enum Era: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    var testDescription: String { rawValue }
    var isStateless: Bool { self == .july2026 }
    var hasStructuredContent: Bool { rawValue >= "2025-06-18" }

    /// What the stateless revision wants in every request.
    static let meta =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{}}"#

    /// A request of this revision; `members` are those of params, without the braces.
    func request(_ id: String?, _ method: String, _ members: String = "") -> String {
        let all = [isStateless ? Era.meta : "", members].filter { !$0.isEmpty }.joined(separator: ",")
        return EndToEndTests.request(id, method, "{\(all)}")
    }

    func toolCall(_ id: String, _ tool: String, _ arguments: String) -> String {
        request(id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#)
    }

    /// A process with which a client of this revision has begun to talk.
    func begin(_ setup: Setup) throws -> AgentHost {
        let host = AgentHost(try HostProcess(setup))
        host.process.reusesIDs = true
        if isStateless {
            #expect(try host.ask(request("0", "server/discover")).text("result") != nil)
            return host
        }
        let hello = #"{"protocolVersion":"\#(rawValue)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
        let answer = try host.ask(EndToEndTests.request("0", "initialize", hello))
        #expect(answer.string("result", "protocolVersion") == rawValue)
        try host.send(EndToEndTests.request(nil, "notifications/initialized"))
        return host
    }

    func begin(_ arguments: String...) throws -> AgentHost { try begin(Setup(["--sandbox"] + arguments)) }
}

/// The client's side of one MCP stream: writes lines, takes what comes, and keeps a record of both for the validator.
final class AgentHost {
    let process: HostProcess
    private var record: [(direction: String, line: [UInt8])] = []

    init(_ process: HostProcess) { self.process = process }

    func send(_ line: String) throws {
        record.append(("in", Array(line.utf8)))
        try process.send(line: line)
    }

    /// Writes bytes that are recorded as one line.
    func send(bytes: [UInt8]) throws {
        record.append(("in", bytes))
        try process.send(bytes)
    }

    /// The next message.
    func next(within seconds: Double = 10) throws -> Answer {
        let message = try process.next(within: seconds)
        record.append(("out", message.bytes))
        return message
    }

    /// Writes a line and takes the next message.
    func ask(_ line: String, within seconds: Double = 10) throws -> Answer {
        try send(line)
        return try next(within: seconds)
    }

    /// Ends the stream, expects that the process ends well and says no more, and validates the record.
    func finish() throws {
        try process.finish()
        try validate()
    }

    /// Has every line validated against the official schema of its revision, where schemas and a validator are there.
    func validate() throws {
        guard let schemas = Self.schemas, let python = Self.python else { return }
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).jsonl"
        let lines = try record.map { entry in
            let object = ["dir": entry.direction, "line": String(decoding: entry.line, as: UTF8.self)]
            return String(decoding: try JSONEncoder().encode(object), as: UTF8.self)
        }
        try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
        defer { unlink(path) }
        var setup = Setup([Repository.root + "/Tests/MCPClients/validate.py", schemas, path])
        setup.program = python
        let verdict = try Command(setup, within: 30)
        #expect(verdict.ending == .exited(0), "\(verdict.output.prefix(2000))\(verdict.errors.suffix(1000))")
    }

    private static let schemas: String? =
        ProcessInfo.processInfo.environment["MCP_SCHEMAS"] ?? Repository.shared("data/mcp-schema")

    /// A Python that has the `jsonschema` package.
    private static let python: String? = {
        for path in [Repository.root + "/.venv/schema/bin/python", "/usr/bin/python3", "/usr/local/bin/python3"]
        where FileManager.default.isExecutableFile(atPath: path) {
            var setup = Setup(["-c", "import jsonschema"])
            setup.program = path
            if let command = try? Command(setup, within: 20), command.ending == .exited(0) { return path }
        }
        print("skipped: no Python with jsonschema to validate MCP lines with; Tests/mcp-clients makes one")
        return nil
    }()
}

extension Answer {
    /// The text of a tool's result, which is JSON itself; nil when there is none.
    var toolText: Answer? {
        string("result", "content", "0", "text").flatMap { try? Answer(Array($0.utf8)) }
    }
}

/// Where a process may keep a journal that nobody else has.
func temporaryJournal() -> String { "/tmp/engagement-rpc-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).journal" }
