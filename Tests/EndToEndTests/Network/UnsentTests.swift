import Foundation
import TestSupport
import Testing

/// Tries that never left the machine cost the API nothing: there are several, and none is an attempt.
@Suite(.ownThread, .overTLSToo)
struct UnsentTests {
    /// A server that is being started again.
    @Test(arguments: SampleCall.allCases)
    func aServerThatComesBackInTwoSecondsIsReached(sample: SampleCall) throws {
        let port = try FaultServer.closedPort()
        // Nobody keeps this one, so it goes away.
        let arguments = try FaultServer(port: port) { .ok(SampleCall.answer(to: $0)) }.arguments
        let host = try HostProcess(arguments, environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let start = Deadline.now
        let id = try host.begin(sample.method, sample.params("a"))
        try host.expectAlive()
        pause(milliseconds: 2000)
        let back = try FaultServer(port: port) { .ok(SampleCall.answer(to: $0)) }
        let answer = try host.answer(to: id, within: 10)
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(back, "a") == 1)
        #expect((2...bound(8.25)).contains(Deadline.now - start))
        try host.finish()
    }

    @Test func oneThatStaysAwayIsGivenUpInEightSeconds() throws {
        let base = "http://127.0.0.1:\(try FaultServer.closedPort())/api"
        let host = try HostProcess(["--base-url", base], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let start = Deadline.now
        let ids = try SampleCall.allCases.map { try host.begin($0.method, $0.params("a")) }
        for (sample, id) in zip(SampleCall.allCases, ids) {
            let answer = try host.answer(to: id, within: 12)
            #expect(answer.kind == "network" && answer.attempts == 0, "\(answer)")
            #expect(answer.applied == (sample == .get ? nil : "no"), "\(answer)")
        }
        #expect((2...bound(8.5)).contains(Deadline.now - start), "\(Deadline.now - start)")
        try host.finish()
    }

    /// Their waits take no more than what the call has.
    @Test func theDeadlineHolds() throws {
        let base = "http://127.0.0.1:\(try FaultServer.closedPort())/api"
        let host = try HostProcess(
            ["--base-url", base] + limit(milliseconds: 1000), environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let start = Deadline.now
        let answer = try host.call(.patch, "a")
        #expect(answer.kind == "network" && answer.attempts == 0 && answer.applied == "no", "\(answer)")
        #expect(Deadline.now - start < bound(1.1))
        try host.finish()
    }
}
