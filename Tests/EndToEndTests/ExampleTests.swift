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
    private func run(_ name: String, _ arguments: [String] = [], token: String? = nil) throws -> Command {
        var setup = Setup([Repository.root + "/examples/" + name] + arguments)
        setup.program = python
        setup.environment["ENGAGEMENT_RPC"] = Setup.binary
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = token
        return try Command(setup, within: 30)
    }

    @Test func manyReplacementsAreReportedOneByOne() throws {
        let command = try run("bulk-replace", [Repository.root + "/examples/replacements.csv", "--sandbox"])
        #expect(command.ending == .exited(1) && command.errors == "3 replaced, 2 not, 0 unknown\n", "\(command)")
        let lines = command.output.split(separator: "\n").map {
            $0.split(separator: ",").prefix(2).joined(separator: " ")
        }
        #expect(
            lines == [
                "engagement_id applied", "ngmt_sandbox01 yes", "ngmt_sandbox02 yes", "ngmt_sandbox05 yes",
                "ngmt_sandbox06 no", "ngmt_sandbox99 no",
            ])
        #expect(try run("bulk-replace").ending == .exited(64))
    }

    /// One write was carried out and one was not, neither was answered, and a third can't be read back either.
    @Test func whatIsUnknownIsReadBack() throws {
        let contacts = #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_room","is_calendar_resource":true}]}"#
        let server = try FaultServer { request in
            if request.method == "PUT" { return .closeBeforeAnswer }
            return request.target.contains("ngmt_lost") ? .problem(404) : .ok(contacts)
        }
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).csv"
        try "engagement_id,contact_ids\nngmt_done,cnt_a\nngmt_open,cnt_a cnt_b\nngmt_lost,cnt_a\n"
            .write(toFile: path, atomically: false, encoding: .utf8)
        defer { unlink(path) }
        let arguments = [path, "--base-url", server.baseURL, "--max-attempts", "1"]
        let command = try run("bulk-replace", arguments, token: testToken)
        #expect(command.errors == "1 replaced, 1 not, 1 unknown\n" && command.ending == .exited(1), "\(command)")
        #expect(command.output.contains("ngmt_done,yes,yes,1,network,"))
        #expect(command.output.contains("ngmt_open,no,yes,1,network,"))
        #expect(command.output.contains("ngmt_lost,unknown,,1,network,"))
    }

    @Test func theSandboxTestPasses() throws {
        let command = try run("sandbox-test")
        #expect(command.ending == .exited(0) && command.errors.contains("Ran 4 tests"), "\(command)")
    }
}
