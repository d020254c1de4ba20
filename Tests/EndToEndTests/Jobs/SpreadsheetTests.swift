import Foundation
import TestSupport
import Testing

/// Tables as spreadsheets write them: the sample, and files of several programs and systems.
@Suite(.ownThread)
struct SpreadsheetTests {
    @Test(arguments: [
        "excel-semicolons.csv", "excel-unicode-text.txt", "line-breaks.csv", "quoted-commas.csv", "tabs.tsv",
        "windows-1252.csv",
    ])
    func aFileIsReadAsPeopleHaveIt(name: String) throws {
        let folder = try JobFolder()
        let file = Repository.root + "/Tests/TableFiles/" + name
        let command = try folder.run("apply", file, "--yes", "--sandbox", "--report", folder.file("r.csv"))
        #expect(command.ending == .exited(0) && command.output.contains("2 changed, 0 so already"), "\(command)")
        let rows = (folder.text("r.csv") ?? "").split(whereSeparator: \.isNewline).dropFirst().sorted()
        try #require(rows.count == 2, "\(rows)")
        #expect(rows[0].contains(",ngmt_sandbox01,") && rows[0].contains("cnt_sandbox05"), "\(rows)")
        #expect(rows[1].contains(",ngmt_sandbox02,") && rows[1].contains("cnt_sandbox01"), "\(rows)")
        #expect(command.errors.contains("Windows-1252") == name.contains("1252"), "\(command.errors)")
    }

    /// The nightly job leaves what it can't do, does the rest, and has nothing left to do the next night.
    @Test func theNightlyJob() throws {
        let shared = try SharedSandbox()
        let folder = try JobFolder()
        let sample = try String(contentsOfFile: Repository.root + "/examples/replacements.csv", encoding: .utf8)
        let table = try folder.write(sample, to: "replacements.csv")
        func night(_ flags: String...) throws -> Command {
            var setup = folder.setup([Repository.root + "/examples/ci/nightly", table] + flags)
            setup.program = "/bin/bash"
            setup.environment["ENGAGEMENT_RPC"] = Setup.binary
            setup.environment["ENGAGEMENT_RPC_SANDBOX_AT"] = shared.url
            return try Command(setup, within: 60)
        }
        let refused = try night()
        #expect(refused.ending == .exited(65) && refused.errors.contains("cnt_nobody"), "\(refused)")
        let first = try night("--skip")
        #expect(first.ending == .exited(1) && first.output.contains("3 changed, 0 so already, 1 refused"), "\(first)")
        let second = try night("--skip")
        #expect(second.output.contains("0 changed, 3 so already, 1 refused"), "\(second)")
        let reports = folder.names.filter { $0.hasPrefix("replacements.20") && $0.hasSuffix(".report.csv") }
        #expect(!reports.isEmpty, "\(folder.names)")
        try FileManager.default.removeItem(atPath: table)
        let none = try night("--skip")
        #expect(none.ending == .exited(0) && none.output.contains("nothing to do"), "\(none)")
    }
}
