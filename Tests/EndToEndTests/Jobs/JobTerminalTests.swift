import Foundation
import TestSupport
import Testing

/// Jobs at a terminal: who is asked where stdin is the table, the live line, and what a signal leaves.
@Suite(.ownThread) struct JobTerminalTests {
    /// Where stdin is the table, by whatever name, the terminal is asked; nothing stands between question and answer.
    @Test(arguments: ["- < t.csv", "/dev/stdin < t.csv", "/dev/fd/0 < t.csv", "<(cat t.csv)", "typed"])
    func theTerminalIsAskedWhereStdinIsTheTable(input: String) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else {
            return print("skipped: no script")
        }
        let (folder, server) = (try JobFolder(), try JobServer())
        _ = try folder.table(2)
        let isTyped = input == "typed"
        let flags = server.server.arguments.map { "'\($0)'" }.joined(separator: " ")
        let line = "cd '\(folder.path)'; '\(Setup.binary)' apply \(flags) \(isTyped ? "/dev/stdin" : input)"
        var setup = folder.setup(["-qec", line, "/dev/null"], server)
        setup.arguments.removeLast(server.server.arguments.count)
        setup.environment["SHELL"] = "/bin/bash"
        setup.program = "/usr/bin/script"
        let host = try HostProcess(setup)
        if isTyped { try host.send(((folder.text("t.csv") ?? "") + "\u{4}").utf8) }
        try host.wait(within: 20, for: "the question") { host.outputText.hasSuffix("[y/N] ") }
        #expect(host.outputText.contains("\u{1B}[31m  - old <old@x.example>  cnt_old\u{1B}[0m"))
        #expect(host.outputText.hasSuffix("Change 2 engagements (2 people dropped, 2 added)? [y/N] "))
        try host.send("y\n".utf8)
        #expect(try host.waitForExit(within: 20) == .exited(0))
        #expect(server.putCount == 2 && host.outputText.contains("2 changed"))
    }

    /// An end of input and an interrupt end the question's line, too.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "needs script"))
    func whoDoesNotAnswerHasALineOfTheirOwn() throws {
        for key in ["\u{4}", "\u{3}"] {
            let (folder, server) = (try JobFolder(), try JobServer())
            var setup = folder.setup(["apply", try folder.table(1)], server)
            let words = ([Setup.binary] + setup.arguments).map { "'\($0)'" }.joined(separator: " ")
            setup.arguments = ["-qec", words, "/dev/null"]
            setup.environment["SHELL"] = "/bin/bash"
            setup.program = "/usr/bin/script"
            let host = try HostProcess(setup)
            try host.wait(within: 20, for: "the question") { host.outputText.hasSuffix("[y/N] ") }
            try host.send(key.utf8)
            _ = try host.waitForExit(within: 20)
            let end = host.outputText.replacingOccurrences(of: "\r", with: "").replacingOccurrences(of: "^C", with: "")
            #expect(end.contains("[y/N] \nNothing was written.\n"), "\(end.debugDescription)")
            #expect(server.putCount == 0)
        }
    }

    /// While rows are written, and only then, a terminal on stderr shows how far it is; nothing of it stays.
    @Test func aLiveLineTellsHowFarItIs() throws {
        let folder = try JobFolder()
        let server = try JobServer(
            fault: { request in
                request.method == "PUT" ? .ok(#"{"object":"engagement"}"#).after(milliseconds: 60) : nil
            }, isLate: true)
        var setup = folder.setup(["apply", try folder.table(60), "--yes", "--max-in-flight", "2"], server)
        setup.errors = .terminal
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 60) == .exited(0))
        let shown = String(decoding: host.errorBytes, as: UTF8.self)
        let lines = shown.components(separatedBy: "\r").map { $0.replacingOccurrences(of: "\u{1B}[K", with: "") }
        let states = lines.filter { !$0.isEmpty }
        #expect(states.count > 2, "\(shown.debugDescription)")
        for state in states {
            #expect(state.wholeMatch(of: /\d+ of 60(, [\d.]+\/s, \d+ s left)?/) != nil, "\(state.debugDescription)")
        }
        #expect(states.contains { $0.contains("s left") } && shown.hasSuffix("\r\u{1B}[K"), "\(shown.debugDescription)")
        #expect(!host.outputText.contains("\r") && host.outputText.contains("60 changed"))
        // Neither a plan nor a job whose stderr is no terminal draws anything.
        var plan = folder.setup(["plan", folder.file("t.csv")], server)
        plan.errors = .terminal
        #expect(try Command(plan).errors.isEmpty)
        #expect(try folder.run("apply", try folder.table(2, "cnt_other"), "--yes", at: server).errors.isEmpty)
    }

    /// Programs that read a plan's lines find nothing else there, whenever it is told to end.
    @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesNothingButLines(signal: Int32) throws {
        let folder = try JobFolder()
        let server = try JobServer(fault: { $0.method == "GET" ? .ok("{}").after(milliseconds: 20_000) : nil })
        let host = try HostProcess(folder.setup(["plan", try folder.table(3), "--format", "json"], server))
        try host.wait(within: 20, for: "the first read") { !server.server.requests.isEmpty }
        host.signal(signal)
        #expect(try host.waitForExit(within: 20) == .killed(signal))
        #expect(host.outputText.isEmpty, "\(host.outputText)")
    }
}
