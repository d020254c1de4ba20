import Foundation
import TestSupport
import Testing

/// `--journal` as a person gives it: over the built process, with a server that keeps its own record.
@Suite(.ownThread, .overTLSOnRelease)
struct JournalTests {
    /// A server with one set of contacts for every engagement, which PUT does not change.
    private static func server(after milliseconds: Int = 0) throws -> FaultServer {
        try FaultServer { request in
            let body = #"{"object":"engagement","contacts":[{"id":"cnt_a"},{"id":"cnt_b"}]}"#
            return milliseconds > 0 && request.method == "PUT"
                ? Reaction.ok(body).after(milliseconds: milliseconds) : .ok(body)
        }
    }

    @Test func isReadBackByTheNextProcess() throws {
        let (folder, server) = (try JournalFolder(), try Self.server())
        let first = try bridge(to: server, ["--journal", folder.file])
        let answer = try first.call("engagement.replaceContacts", #"["ngmt_1",["cnt_c"]]"#)
        #expect(answer.code == nil && answer.text("result", "changes") == nil, "\(answer)")
        #expect(server.requests.map(\.method) == ["GET", "PUT"])
        try first.finish()
        #expect(folder.lines.count == 2 && !folder.lines.joined().contains(testToken))
        let second = try bridge(to: server, [], environment: ["ENGAGEMENT_RPC_JOURNAL": folder.file])
        let list = try second.call("journal.list", #"{"engagement_id":"ngmt_1"}"#)
        #expect(list.string("result", "data", "entries", "0", "applied") == "yes", "\(list)")
        #expect(list.text("result", "data", "entries", "0", "before") == #"["cnt_a","cnt_b"]"#)
        #expect(list.text("result", "data", "entries", "0", "after") == #"["cnt_c"]"#)
        let undone = try second.call("engagement.undo", #"["ngmt_1"]"#)
        #expect(undone.bool("result", "changes", "verified") == true, "the server has forgotten the write: \(undone)")
        #expect(server.requests.count { $0.method == "PUT" } == 1)
        try second.finish()
    }

    /// The document's examples are what the sandbox answers, but for numbers and times.
    @Test func theDocumentsExamplesAreTrue() throws {
        let folder = try JournalFolder()
        let host = try sandbox("--journal", folder.file)
        let more = #""contact_ids":["cnt_sandbox05"],"options":{"run":"monday"}"#
        let written = try host.call("engagement.replaceContacts", #"{"engagement_id":"ngmt_sandbox01",\#(more)}"#)
        #expect(written.code == nil, "\(written)")
        let methods = try host.call("rpc.discover").elements("result", "methods")
        for name in ["journal.list", "journal.runs", "engagement.undo"] {
            let method = try #require(methods.first(where: { $0.string("name") == name }), "\(name)")
            let params = try method.elements("examples", "0", "params").map { param in
                "\"\(param.string("name") ?? "")\":\(param.text("value") ?? "")"
            }
            let answer = try host.call(name, "{\(params.joined(separator: ","))}")
            let shown = try #require(method.text("examples", "0", "result", "value"), "\(name)")
            let given = try #require(answer.text("result"), "\(answer)")
            #expect(Self.still(given) == Self.still(shown))
        }
        try host.finish()
    }

    /// A result in which what differs from run to run stands still.
    private static func still(_ result: String) -> String {
        result.replacing(/"(?:number|elapsed_ms)":[0-9.]+/, with: "number")
            .replacing(/"(?:at|started_at|ended_at)":"[^"]*"/, with: "time")
    }

    @Test(arguments: ["directory", "pipe", "other", "unreadable", "writable"])
    func whatIsNoJournalEndsTheStart(kind: String) throws {
        let folder = try JournalFolder()
        switch kind {
        case "directory":
            try FileManager.default.createDirectory(atPath: folder.file, withIntermediateDirectories: false)
        case "pipe": #expect(mkfifo(folder.file, 0o600) == 0)
        case "writable":
            try Data().write(to: URL(filePath: folder.file))
            #expect(chmod(folder.file, 0o666) == 0)
        case "other": try Data("name,mail\n".utf8).write(to: URL(filePath: folder.file))
        default: break
        }
        let path = kind == "unreadable" ? folder.path + "/none/journal" : folder.file
        let command = try Command(["--sandbox", "--journal", path])
        #expect(command.ending == .exited(64) && command.output.isEmpty)
        #expect(
            command.errors.contains("The journal ") && command.errors.split(separator: "\n").count == 1,
            "\(command.errors)")
    }

    /// Whoever else wrote into it.
    @Test(arguments: ["../x", "cnt_a/../../users", "usr_a", "cnt_"])
    func whatIsNoIDInItGoesNowhere(id: String) throws {
        let (folder, server) = (try JournalFolder(), try Self.server())
        let first = try bridge(to: server, ["--journal", folder.file])
        #expect(try first.call("engagement.replaceContacts", #"["ngmt_1",["cnt_c"]]"#).text("result") != nil)
        try first.finish()
        let written = try String(contentsOfFile: folder.file, encoding: .utf8)
        let changed = written.replacing("\"cnt_a\"", with: "\"\(id)\"")
        #expect(changed != written)
        try Data(changed.utf8).write(to: URL(filePath: folder.file))
        let second = try bridge(to: server, ["--journal", folder.file])
        let answer = try second.call("engagement.undo", #"{"engagement_id":"ngmt_1","force":true}"#)
        #expect(answer.text("error") != nil, "\(answer)")
        #expect(server.requests.count { $0.method == "PUT" } == 1)
        try second.finish()
    }

    @Test func withoutOneUndoSaysWhatIsMissing() throws {
        let host = try sandbox()
        for method in ["engagement.undo", "journal.list"] {
            let answer = try host.call(method, method == "journal.list" ? "{}" : #"["ngmt_sandbox01"]"#)
            #expect(
                answer.code == 1005 && answer.string("error", "message")?.contains("--journal") == true, "\(answer)")
        }
        try host.finish()
    }

    /// A limit on the size of files stands for a full disk, and needs no root.
    @Test func aFullDiskMeansThatNothingIsSent() throws {
        let (folder, server) = (try JournalFolder(), try Self.server())
        var setup = Setup([
            "-c", fileLimit + #"; exec "$0" "$@""#, Setup.binary, "--base-url", server.baseURL, "--journal",
            folder.file,
        ])
        setup.program = "/bin/sh"
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = testToken
        let host = try HostProcess(setup)
        var failed: Answer?
        for number in 0..<40 where failed == nil {
            let answer = try host.call("engagement.replaceContacts", #"["ngmt_\#(number)",["cnt_c"]]"#)
            if answer.code != nil { failed = answer }
        }
        let answer = try #require(failed)
        #expect(answer.code == 1009 && answer.kind == "journal_failed", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && server.requests.last?.method == "GET")
        #expect(
            folder.lines.allSatisfy { $0.hasPrefix(#"{"journal":1,"#) && $0.hasSuffix("}") }, "nothing half is left")
        try host.finish()
    }

    @Test func twoProcessesShareOne() throws {
        let (folder, server) = (try JournalFolder(), try Self.server())
        let hosts = try (0..<2).map { _ in try bridge(to: server, ["--journal", folder.file]) }
        for number in 0..<50 {
            for (index, host) in hosts.enumerated() {
                try host.send(
                    line: request(
                        "\(number)", "engagement.replaceContacts", #"["ngmt_\#(index)x\#(number)",["cnt_c"]]"#))
            }
        }
        for host in hosts {
            for number in 0..<50 { #expect(try host.answer(to: "\(number)").code == nil) }
            try host.finish()
        }
        #expect(folder.lines.count == 200)
        let reader = try bridge(to: server, ["--journal", folder.file])
        let list = try reader.call("journal.list", #"{"limit":1000}"#).elements("result", "data", "entries")
        #expect(list.count == 100 && list.allSatisfy { $0.string("applied") == "yes" })
        try reader.finish()
    }

    /// Killed between any two steps: what the server has was noted before, and all that was noted can be read.
    @Test func killedAtAnyMomentNothingIsForgotten() throws {
        let folder = try JournalFolder()
        let rounds = Rounds.count(40, long: 200)
        let server = try Self.server(after: 1)
        for round in 0..<rounds {
            let host = try bridge(to: server, ["--journal", folder.file])
            let before = server.count("PUT", "ngmt_\(round)x")
            for number in 0..<20 {
                try host.send(
                    line: request(
                        "\(number)", "engagement.replaceContacts", #"["ngmt_\#(round)x\#(number)",["cnt_c"]]"#))
            }
            // Not a time but an event tells when: so many writes have arrived.
            try host.wait(within: 10, for: "writes") { server.count("PUT", "ngmt_\(round)x") > before + round % 12 }
            host.signal(SIGKILL)
            _ = try host.waitForExit()
        }
        let reader = try bridge(to: server, ["--journal", folder.file])
        let entries = try reader.call("journal.list", #"{"limit":1000}"#, within: 30).elements(
            "result", "data", "entries")
        let noted = Set(entries.compactMap { $0.string("engagement_id") })
        let written = server.requests.filter { $0.method == "PUT" }.compactMap {
            $0.target.split(separator: "/").dropLast().last
        }
        let newest = written.suffix(min(written.count, 400)).map(String.init)
        for id in newest { #expect(noted.contains(id), "\(id) was written and the journal does not know") }
        for entry in entries {
            #expect(["yes", "unknown"].contains(entry.string("applied") ?? ""))
            #expect(entry.text("before") == #"["cnt_a","cnt_b"]"#)
        }
        try reader.finish()
    }
}
