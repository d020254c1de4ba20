import Foundation
import TestSupport
import Testing

/// `--seed`: a sandbox with a workspace of one's own.
@Suite(.ownThread)
struct SeedTests {
    private static let workspace = #"""
        {"engagements": [{"id": "ngmt_1", "title": "Kick-off", "x_stage": 1.0, "contacts": [{"id": "cnt_1"}]}],
         "contacts": [{"id": "cnt_1", "first_name": "Ana"}, {"id": "cnt_2"}]}
        """#

    /// Runs `body` with the path of a file that holds `text`.
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let path = NSTemporaryDirectory() + "seed-\(UUID().uuidString).json"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test func aSandboxHasWhatItsFileSays() throws {
        try withFile(Self.workspace) { path in
            let shared = try SharedSandbox(["--seed", path, "--clock", "2030-01-01T00:00:00Z"])
            for host in [try HostProcess(["--sandbox", "--seed", path]), try shared.client()] {
                let read = try host.call("engagement.get", #"{"engagement_id":"ngmt_1","expand":["contacts"]}"#)
                #expect(read.text("result", "data", "x_stage") == "1.0", "\(read)")
                #expect(read.text("result", "data", "contacts")?.contains(#""first_name":"Ana""#) == true, "\(read)")
                let written = try host.call("engagement.replaceContacts", replacement("ngmt_1", ["cnt_2"]))
                #expect(written.text("result", "data", "x_stage") == "1.0", "\(written)")
                #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).code == 404)
                #expect(try host.call("sandbox.reset").code == nil)
                let again = try host.call("engagement.get", #"{"engagement_id":"ngmt_1","expand":["contacts"]}"#)
                #expect(again.text("result", "data", "contacts") == read.text("result", "data", "contacts"))
                try host.finish()
            }
        }
    }

    /// Both ways to run a sandbox tell all faults, each with its place, and start nothing.
    @Test(arguments: [["sandbox"], ["--sandbox"], ["call", "service.ping", "--sandbox"]])
    func faultsAreToldWithTheirPlaces(arguments: [String]) throws {
        let text =
            "{\"engagements\":[{\"id\":\"ngmt_1\"},{\"title\":\"t\"}],\n\"contacts\":[{\"id\":\"\\u001b[2Jcnt\"}]}"
        try withFile(text) { path in
            let command = try Command(arguments + ["--seed", path])
            #expect(command.ending == .exited(65) && command.output.isEmpty, "\(command)")
            let lines = command.errors.split(separator: "\n")
            try #require(lines.count == 2, "\(lines)")
            #expect(lines.allSatisfy { $0.hasPrefix("engagement-rpc: \(path): ") }, "\(lines)")
            #expect(lines[0].hasSuffix(": engagements[1].id: is missing."))
            #expect(lines[1].contains(": contacts[0].id: ") && !command.errors.contains("\u{1B}"))
        }
        try withFile(#"{"tags":[\#(Array(repeating: "1", count: 1_000).joined(separator: ","))]}"#) { path in
            let lines = try Command(arguments + ["--seed", path]).errors.split(separator: "\n")
            #expect(lines.count == 101 && lines.last?.hasSuffix("and 900 faults more.") == true)
        }
    }

    @Test(arguments: [
        (["sandbox", "--seed", "/nonexistent/seed.json"], Int32(66), "seed.json"),
        (["sandbox", "--seed", "/"], 66, "/"),
        (["--sandbox", "--seed", "/nonexistent/seed.json"], 66, "seed.json"), (["sandbox", "--seed"], 64, "--seed"),
        (["--seed", "/dev/null"], 64, "--seed belongs to --sandbox and to sandbox"),
        (
            ["--seed", "/dev/null", "--sandbox-at", "http://127.0.0.1:9/api"], 64,
            "--seed belongs to the process that runs the sandbox"
        ),
        (["sandbox", "--seed", "/dev/null"], 65, "byte 0: is not JSON"),
    ])
    func aFileThatIsNone(arguments: [String], status: Int32, word: String) throws {
        let command = try Command(arguments)
        #expect(command.ending == .exited(status) && command.output.isEmpty, "\(command)")
        #expect(command.errors.split(separator: "\n").count == 1 && command.errors.contains(word), "\(command.errors)")
    }

    /// As a shell hands over what a command makes.
    @Test func aPipeIsWaitedFor() throws {
        let script = "exec '\(Setup.binary)' call engagement.get ngmt_1 --sandbox --compact --seed <(sleep 0.2; cat)"
        var setup = Setup(["-c", script + " 3<&0"])
        setup.program = "/bin/bash"
        let command = try Command(setup, input: Self.workspace)
        #expect(command.ending == .exited(0) && command.output.contains("Kick-off"), "\(command)")
    }
}
