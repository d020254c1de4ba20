import Foundation
import TestSupport
import Testing

private let python: String? = {
    if FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") { return "/usr/bin/python3" }
    print("skipped: the examples need /usr/bin/python3")
    return nil
}()

/// The examples do what they say they do. They need a Python 3.
@Suite(.ownThread, .enabled(if: python != nil))
struct ExampleTests {
    @Test func theSandboxTestPasses() throws {
        let command = try Example.run("sandbox-test")
        #expect(command.ending == .exited(0) && command.errors.contains("Ran 4 tests"), "\(command)")
    }
}

/// One run of an example.
enum Example {
    /// Whether there is a Python to run them.
    static var hasPython: Bool { python != nil }

    static func setup(_ name: String, _ arguments: [String], token: String? = nil) -> Setup {
        var setup = Setup([Repository.root + "/examples/" + name] + arguments)
        setup.program = python
        setup.environment["ENGAGEMENT_RPC"] = Setup.binary
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = token
        setup.checks = .text
        return setup
    }

    static func run(_ name: String, _ arguments: [String] = [], token: String? = nil) throws -> Command {
        try Command(setup(name, arguments, token: token), within: 60)
    }
}

/// `examples/bulk-replace`, with files and accidents as people have them.
@Suite(.ownThread, .enabled(if: python != nil))
struct BulkReplaceTests {
    /// A folder of the test's own; removed when it goes away.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/engagement-rpc-bulk-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func file(_ name: String, _ text: String) throws -> String {
            try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
            return path + "/" + name
        }

        func lines(_ name: String) throws -> [String] {
            try String(contentsOfFile: path + "/" + name, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    @Test func theSampleIsReportedRowByRow() throws {
        let folder = try Folder()
        let report = folder.path + "/r.csv"
        let arguments = [Repository.root + "/examples/replacements.csv", "--sandbox", "--report", report]
        let command = try Example.run("bulk-replace", arguments)
        #expect(command.ending == .exited(1), "\(command)")
        #expect(command.errors.hasPrefix("3 replaced, 2 not, 0 unknown; report: "), "\(command)")
        let outcomes = try folder.lines("r.csv").map { line -> String in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return "\(cells[1]) \(cells[3])"
        }
        #expect(
            outcomes.sorted() == [
                "engagement_id applied", "ngmt_sandbox01 yes", "ngmt_sandbox02 yes", "ngmt_sandbox05 yes",
                "ngmt_sandbox06 no", "ngmt_sandbox99 no",
            ])
        #expect(try Example.run("bulk-replace", arguments).ending == .exited(73), "a report is not written over")
        #expect(try Example.run("bulk-replace", arguments + ["--force"]).ending == .exited(1))
        #expect(!FileManager.default.fileExists(atPath: report + ".sent"))
    }

    @Test(arguments: [
        "excel-semicolons.csv", "excel-unicode-text.txt", "line-breaks.csv", "quoted-commas.csv", "tabs.tsv",
        "windows-1252.csv",
    ])
    func aFileIsReadAsPeopleHaveIt(name: String) throws {
        let folder = try Folder()
        let file = Repository.root + "/Tests/BulkFiles/" + name
        let command = try Example.run("bulk-replace", [file, "--sandbox", "--report", folder.path + "/r.csv"])
        #expect(command.ending == .exited(0) && command.errors.contains("2 replaced, 0 not, 0 unknown"), "\(command)")
        let lines = try folder.lines("r.csv").sorted()
        #expect(lines[0].contains(",ngmt_sandbox01,cnt_sandbox05 cnt_sandbox06,yes,"), "\(lines)")
        #expect(lines[1].contains(",ngmt_sandbox02,cnt_sandbox01,yes,"), "\(lines)")
        #expect(command.errors.contains("Windows-1252") == name.contains("1252"))
    }

    static let refusals: [(String, [String])] = [
        ("engagement_id,contact_ids\nngmt_a\n", ["line 2: the contacts are missing"]),
        ("engagement_id,contact_ids\nngmt_a,cnt_a\n\nx,cnt_a\n", ["line 4", "\"x\" is not the id of an engagement"]),
        ("engagement_id,contact_ids\nngmt_a,cnt_a ann\n", ["line 2", "\"ann\" is not the id of a contact"]),
        ("engagement_id,contact_ids\nngmt_a,\n", ["line 2", "--allow-empty"]),
        ("engagement_id,contact_ids\nngmt_a,cnt_a\nngmt_b,cnt_a\nngmt_a,cnt_b\n", ["line 4", "line 2 too", "--merge"]),
        ("Meeting,People\nngmt_a,cnt_a\n", ["line 1", "Meeting, People"]), ("", ["is empty"]),
        ("engagement_id,contact_ids\n", ["has no rows"]), ("\n \n", ["is empty"]),
        ("ngmt_a;cnt_a\nngmt_b;\"cnt_a\n", ["no CSV"]),
        ("ngmt_a,x\n" + (1...40).map { "n\($0),cnt_a\n" }.joined(), ["line 1", "line 20", "And 21 more."]),
    ]

    /// All that is wrong is said, with its line, before anything is sent.
    @Test(arguments: refusals)
    func aFileThatIsWrongIsRefusedBeforeAnythingIsSent(text: String, words: [String]) throws {
        let folder = try Folder()
        let server = try FaultServer(always: .ok())
        let file = try folder.file("a.csv", text)
        let command = try Example.run("bulk-replace", [file, "--base-url", server.baseURL], token: testToken)
        #expect(command.ending == .exited(65), "\(command)")
        for word in words { #expect(command.errors.contains(word), "\(command)") }
        #expect(!command.errors.contains("Traceback") && server.connections == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv"], "no report either")
    }

    @Test func whatIsAskedWronglyIsSaid() throws {
        let folder = try Folder()
        let good = try folder.file("good.csv", "ngmt_a,cnt_a\nngmt_a,cnt_b\n")
        let full = folder.path + "/full.csv"
        try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
        let rows: [([String], Int32, String)] = [
            ([], 64, "--help"), (["/nonexistent/file.csv"], 66, "No such file"), (["/tmp"], 66, "directory"),
            ([good, "--merge", "--report", "/nonexistent/r.csv", "--sandbox"], 73, "can't be written"),
            ([good, "--merge", "--resume", "/nonexistent/r.csv", "--sandbox"], 66, "can't be read"),
            ([good, "--merge", "--no-such-flag"], 64, "is not a flag"),
            ([good, "--resume", "x", "--force"], 64, "--resume"),
            ([good, "--merge", "--report", full, "--force", "--sandbox"], 74, "No space left"),
        ]
        for (arguments, status, word) in rows {
            let command = try Example.run("bulk-replace", arguments)
            #expect(command.ending == .exited(status) && command.errors.contains(word), "\(arguments): \(command)")
            #expect(!command.errors.contains("Traceback"), "\(command)")
        }
    }

    @Test func aDryRunShowsAndWritesNothing() throws {
        let folder = try Folder()
        let contacts = #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_b"},{"id":"cnt_room","is_calendar_resource":true}]}"#
        let server = try FaultServer { $0.target.contains("ngmt_lost") ? .problem(404) : .ok(contacts) }
        let file = try folder.file("a.csv", "ngmt_a,cnt_a cnt_c\nngmt_b,cnt_b cnt_a\nngmt_lost,cnt_a\n")
        let command = try Example.run(
            "bulk-replace", [file, "--dry-run", "--base-url", server.baseURL], token: testToken)
        #expect(command.output.contains("line 1 ngmt_a: drops cnt_b; adds cnt_c; keeps 1\n"), "\(command)")
        #expect(command.output.contains("line 2 ngmt_b: no change; keeps 2\n"), "\(command)")
        #expect(command.output.contains("line 3 ngmt_lost: can't be read: "), "\(command)")
        #expect(command.errors.contains("Nothing was written") && command.ending == .exited(1))
        #expect(server.requests.allSatisfy { $0.method == "GET" })
    }

    /// One write was carried out and one was not, neither was answered, and a third can't be read back either.
    @Test func whatIsUnknownIsReadBack() throws {
        let contacts = #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_room","is_calendar_resource":true}]}"#
        let server = try FaultServer { request in
            if request.method == "PUT" { return .closeBeforeAnswer }
            return request.target.contains("ngmt_lost") ? .problem(404) : .ok(contacts)
        }
        let folder = try Folder()
        let file = try folder.file("a.csv", "ngmt_done,cnt_a\nngmt_open,cnt_a cnt_b\nngmt_lost,cnt_a\n")
        let arguments = [file, "--base-url", server.baseURL, "--max-attempts", "1"]
        let command = try Example.run("bulk-replace", arguments, token: testToken)
        #expect(command.errors.contains("1 replaced, 1 not, 1 unknown") && command.ending == .exited(1), "\(command)")
        #expect(command.errors.contains("--resume \(folder.path)/a.report.csv"), "\(command)")
        // The last word about a row counts.
        var last: [String: String] = [:]
        for line in try folder.lines("a.report.csv") {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            last[cells[1]] = cells[3] + cells[4]
        }
        #expect(last["ngmt_done"] == "yesyes" && last["ngmt_open"] == "noyes" && last["ngmt_lost"] == "unknown")
    }

    // MARK: Interrupted

    /// An API that outlives a run, and its log of what it carried out.
    private func server(_ folder: Folder, delayMs: Int) throws -> (base: String, process: HostProcess) {
        let script = Repository.root + "/Tests/NetworkSupport/engagement_server.py"
        var setup = Setup([script, folder.path + "/log", "\(delayMs)"])
        (setup.program, setup.checks) = (python, .text)
        let process = try HostProcess(setup)
        try process.wait(within: 20, for: "the server") { process.outputText.contains("\n") }
        let port = process.outputText.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return ("http://127.0.0.1:\(port)/api", process)
    }

    private func lineCount(_ path: String) -> Int {
        (try? String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count) ?? 0
    }

    enum Accident: CaseIterable { case killed, interrupted, terminated, bridgeKilled }

    /// A thousand rows, stopped in the middle and resumed: each is accounted for once, and carried out.
    @Test(arguments: Accident.allCases)
    func anInterruptedRunIsResumed(accident: Accident) throws {
        let folder = try Folder()
        let (base, process) = try server(folder, delayMs: 3)
        let rows = (1...1000).map { "ngmt_\($0),cnt_new\($0)\n" }.joined()
        let file = try folder.file("a.csv", "engagement_id,contact_ids\n" + rows)
        let report = folder.path + "/r.csv"
        let first = try HostProcess(
            Example.setup("bulk-replace", [file, "--report", report, "--base-url", base], token: testToken))
        try first.wait(within: 30, for: "half of the rows") { self.lineCount(report) > 500 }
        switch accident {
        case .killed: first.signal(SIGKILL)
        case .interrupted: first.signal(SIGINT)
        case .terminated: first.signal(SIGTERM)
        case .bridgeKilled:
            var kill = Setup(["-9", "-P", "\(first.pid)"])
            (kill.program, kill.checks) = ("/usr/bin/pkill", .text)
            _ = try Command(kill, within: 5)
        }
        let ending = try first.waitForExit(within: 30)
        let said = first.errorText
        #expect(
            ending
                == [
                    .killed: .killed(SIGKILL), .interrupted: .exited(130), .terminated: .exited(143),
                    .bridgeKilled: .exited(70),
                ][accident], "\(said)")
        #expect(!said.contains("Traceback") && (accident == .killed || said.contains("--resume")), "\(said)")
        #expect(lineCount(report) < 1001)
        if accident == .killed {
            // A line that was cut in the middle.
            let handle = try #require(FileHandle(forWritingAtPath: report))
            handle.seekToEndOfFile()
            handle.write(Data("999,ngmt_99".utf8))
        }
        let arguments = [file, "--resume", report, "--base-url", base]
        let second = try Example.run("bulk-replace", arguments, token: testToken)
        #expect(second.ending == .exited(0) && second.errors.contains("1,000 replaced, 0 not, 0 unknown"), "\(second)")
        var outcomes: [String: String] = [:]
        for line in try folder.lines("r.csv").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(outcomes.updateValue(cells[3], forKey: cells[1]) ?? "unknown" == "unknown", "\(line)")
        }
        #expect(outcomes.count == 1000 && outcomes.values.allSatisfy { $0 == "yes" })
        var carriedOut: [String: Int] = [:]
        for line in try folder.lines("log") { carriedOut[line, default: 0] += 1 }
        #expect(carriedOut.count == 1000, "each row reached the API")
        // Of those that were under way some may have been sent twice, which changes nothing.
        #expect(carriedOut.values.reduce(0, +) < 1000 + 200)
        process.closeInput()
        _ = try process.waitForExit()
    }

    @Test func aReportOfAnotherFileIsNotResumed() throws {
        let folder = try Folder()
        let one = try folder.file("one.csv", "ngmt_sandbox01,cnt_sandbox01\n")
        let two = try folder.file("two.csv", "ngmt_sandbox01,cnt_sandbox02\n")
        #expect(try Example.run("bulk-replace", [one, "--sandbox"]).ending == .exited(0))
        let command = try Example.run("bulk-replace", [two, "--resume", folder.path + "/one.report.csv", "--sandbox"])
        #expect(
            command.ending == .exited(65) && command.errors.contains("is not the report of this file"), "\(command)")
    }
}
