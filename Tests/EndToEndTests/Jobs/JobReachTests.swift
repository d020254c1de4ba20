import Foundation
import TestSupport
import Testing

/// Jobs whose API can't be reached, or does not let the token in everywhere.
@Suite(.ownThread) struct JobReachTests {
    /// An address that leads nowhere is found out by the first call, and not by each row's.
    @Test(arguments: ["text", "json"]) func nothingIsThere(format: String) throws {
        let folder = try JobFolder()
        let base = "http://127.0.0.1:\(try FaultServer.closedPort())/api"
        let file = try folder.table(1000)
        let environment = ["ENGAGEMENT_RPC_TOKEN": testToken]
        let plan = try folder.run(
            "plan", file, "--base-url", base, "--format", format, environment: environment, within: 60)
        #expect(plan.ending == .exited(1), "\(plan.errors)")
        #expect(
            plan.errors.split(separator: "\n").count == 1 && plan.errors.contains("No connection"), "\(plan.errors)")
        let lines = plan.output.split(separator: "\n")
        #expect(
            lines.count == (format == "json" ? 1000 : 0) && lines.allSatisfy { $0.contains("\"kind\":\"network\"") })
    }

    /// The first half of the table is private, and the token may not read that: the other half is done.
    @Test(arguments: [true, false]) func privateEngagementsFirstStopNothing(isRead: Bool) throws {
        let folder = try JobFolder()
        let ids = (0..<40).map { "ngmt_\($0 + 100)" }
        let engagements = ids.enumerated().map {
            #"{"id":"\#($1)","is_private":\#($0 < 20),"contact_ids":["cnt_a"]}"#
        }
        let seed = try folder.write(
            #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_b"}],"engagements":[\#(engagements.joined(separator: ","))]}"#,
            to: "seed.json")
        let shared = try SharedSandbox(["--seed", seed])
        let missing = isRead ? "engagements:private:read" : "engagements:private:write"
        let scopes = ["contacts:read", "engagements:read", "engagements:write", "engagements:private:read"]
        let list = (scopes + ["engagements:private:write"]).filter { $0 != missing }.map { "\"\($0)\"" }
        let set = try shared.call("sandbox.scopes", #"{"scopes":[\#(list.joined(separator: ","))]}"#)
        #expect(set.ending == .exited(0), "\(set)")
        let file = try folder.write("engagement_id,people\n" + ids.map { "\($0),cnt_b\n" }.joined())
        let job = try folder.run("apply", file, "--yes", "--sandbox-at", shared.url)
        #expect(job.ending == .exited(1), "\(job)")
        #expect(job.output.contains("20 changed, 0 so already, 20 refused"), "\(job.output.suffix(600)) \(job.errors)")

        // Without the scope that every write needs, the first says so.
        let reading = try shared.call("sandbox.scopes", #"{"scopes":["contacts:read","engagements:read"]}"#)
        #expect(reading.ending == .exited(0))
        let back = try folder.write("engagement_id,people\n" + ids.suffix(20).map { "\($0),cnt_a\n" }.joined())
        let stopped = try folder.run("apply", back, "--yes", "--sandbox-at", shared.url)
        #expect(stopped.output.contains("1 refused, 0 unknown, 19 not begun."), "\(stopped.output.suffix(600))")
        #expect(stopped.errors.contains("no row can succeed"), "\(stopped.errors)")
    }
}
