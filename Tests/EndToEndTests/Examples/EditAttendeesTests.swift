import Foundation
import TestSupport
import Testing

/// `examples/edit-attendees`: from addresses in a table to contacts of engagements, and back.
@Suite(.ownThread, .enabled(if: Example.hasPython))
struct EditAttendeesTests {
    /// A folder of the test's own; removed when it goes away.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/engagement-rpc-edit-\(UUID().uuidString)"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func file(_ text: String) throws -> String {
            try text.write(toFile: path + "/a.csv", atomically: false, encoding: .utf8)
            return path + "/a.csv"
        }

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    }

    /// A server that keeps what it is told: contacts by address, and who takes part, by its own record of the PUTs.
    private static func server() throws -> FaultServer {
        final class Box: @unchecked Sendable {
            // Written once, before anything is asked.
            weak var server: FaultServer?
        }
        let box = Box()
        let server = try FaultServer { request in
            if request.target.hasPrefix("/api/v2/contacts?") {
                let query = request.target.split(separator: "search=").last?.split(separator: "&").first ?? ""
                let email = String(query).removingPercentEncoding ?? ""
                if email.hasPrefix("nobody") { return .ok(#"{"data":[],"has_more":false,"next_cursor":null}"#) }
                let ids = email.hasPrefix("twice") ? ["cnt_1", "cnt_2"] : ["cnt_" + email.prefix { $0 != "@" }]
                let items = ids.map { #"{"id":"\#($0)","emails":[{"email":"\#(email)","is_primary":true}]}"# }
                return .ok(#"{"data":[\#(items.joined(separator: ","))],"has_more":false,"next_cursor":null}"#)
            }
            let path = request.target.prefix { $0 != "?" }
            let puts = box.server?.requests.filter { $0.method == "PUT" && $0.target == "\(path)/contacts" } ?? []
            let ids = puts.last.map { String(decoding: $0.body, as: UTF8.self).split(separator: "\"").map(String.init) }
            let now = (ids ?? ["cnt_old", "cnt_a"]).filter { $0.hasPrefix("cnt_") }
            let items = now.map { #"{"id":"\#($0)","first_name":"Name \#($0)\u001b[31m"}"# }
            let id = path.split(separator: "/").first { $0.hasPrefix("ngmt_") } ?? ""
            return .ok(#"{"id":"\#(id)","title":"T","contacts":[\#(items.joined(separator: ","))]}"#)
        }
        box.server = server
        return server
    }

    private func run(_ server: FaultServer, _ arguments: String...) throws -> Command {
        try Example.run("edit-attendees", arguments + ["--base-url", server.baseURL], token: testToken)
    }

    @Test func isShownDoneAndUndone() throws {
        let (folder, server) = (try Folder(), try Self.server())
        let file = try folder.file(
            "Engagement;Attendees\nngmt_1;a@x.example, b@x.example\nngmt_2;\"a@x.example\nold@x.example\"\n")
        let shown = try run(server, file)
        #expect(shown.ending == .exited(1) && shown.errors.contains("--yes"), "\(shown)")
        #expect(
            shown.output.contains(
                "ngmt_1  T\n  - Name cnt_old\u{FFFD}[31m  cnt_old\n  + <b@x.example>  cnt_b\n  = 1 kept\n"), "\(shown)")
        #expect(shown.output.contains("Engagements that would change: 1. People dropped: 1."))
        #expect(server.count("PUT", "") == 0 && folder.names == ["a.csv"], "no report of what was not done")
        let done = try run(server, file, "--yes")
        #expect(done.ending == .exited(0) && done.errors.contains("1 replaced, 0 not, 0 unknown"), "\(done)")
        #expect(folder.names == ["a.csv", "a.report.csv", "a.report.csv.journal"])
        #expect(
            server.requests.last { $0.method == "PUT" }.map { String(decoding: $0.body, as: UTF8.self) }
                == #"{"contact_ids":["cnt_a","cnt_b"]}"#)
        let undone = try run(server, "--undo", folder.path + "/a.report.csv")
        #expect(undone.ending == .exited(0) && undone.errors.contains("1 put back, 0 not"), "\(undone)")
        #expect(
            server.requests.last { $0.method == "PUT" }.map { String(decoding: $0.body, as: UTF8.self) }
                == #"{"contact_ids":["cnt_old","cnt_a"]}"#)
        #expect(try run(server, file).output.contains("People dropped: 1."), "as before")
    }

    @Test(
        arguments: [
            (
                "ngmt_1,nobody@x.example\nngmt_2,twice@x.example\n", 65,
                ["nobody@x.example: no contact", "cnt_1, cnt_2", "Nothing was written"]
            ),
            ("ngmt_1,Ann\n", 65, ["line 1", "\"Ann\" is not an e-mail address"]), ("ngmt_1,\n", 65, ["--allow-empty"]),
            ("Engagement,Who\nngmt_1,a@x.example\n", 65, ["Engagement, Who", "emails are needed"]),
        ] as [(String, Int32, [String])])
    func whoCanNotBeToldIsSaidBeforeAnythingIsWritten(text: String, status: Int32, words: [String]) throws {
        let (folder, server) = (try Folder(), try Self.server())
        let command = try run(server, try folder.file(text), "--yes")
        #expect(command.ending == .exited(status), "\(command)")
        for word in words { #expect(command.errors.contains(word), "\(command)") }
        #expect(server.count("PUT", "") == 0 && folder.names == ["a.csv"] && !command.errors.contains("Traceback"))
    }

    @Test func whatIsAskedWronglyIsSaid() throws {
        let server = try Self.server()
        for (arguments, status, word) in [
            ([], 64, "--help"), (["/nonexistent.csv"], 66, "No such file"),
            (["--undo", "/nonexistent.csv"], 66, "is not there"),
            (
                [Repository.root + "/examples/attendees.csv", "--report", "/nonexistent/r.csv"], 73,
                "there is no such folder"
            ),
        ] as [([String], Int32, String)] {
            let command = try Example.run("edit-attendees", arguments)
            #expect(command.ending == .exited(status) && command.errors.contains(word), "\(arguments): \(command)")
        }
        #expect(server.connections == 0)
    }

    /// The sample works in the sandbox, as its own help says.
    @Test func theSampleWorks() throws {
        let folder = try Folder()
        let arguments = [
            Repository.root + "/examples/attendees.csv", "--sandbox", "--yes", "--report", folder.path + "/r.csv",
        ]
        let command = try Example.run("edit-attendees", arguments)
        #expect(command.ending == .exited(0) && command.errors.contains("2 replaced, 0 not, 0 unknown"), "\(command)")
        #expect(command.output.contains("  - Björn Lindqvist  <contact2@cafe-mueller.example>  cnt_sandbox02\n"))
    }
}
