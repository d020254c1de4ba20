import HTTP
import Jobs
import Tables
import Testing

/// Where the API can't be reached, or does not let the token in: what is waited for, and what ends a run.
@Suite struct OutageTests {
    private static func rows(_ count: Int) -> [(id: String, people: [PersonReference])] {
        (0..<count).map { ("ngmt_\($0)", [.id("cnt_new")]) }
    }

    private static func workspace(_ count: Int) -> Workspace {
        Workspace(Dictionary(uniqueKeysWithValues: (0..<count).map { ("ngmt_\($0)", ["cnt_old"]) }))
    }

    private static let away = Workspace.error(1001, "network", "Nobody listens.", "no", attempts: 0)

    private static func isWrite(_ call: ScriptedService.Call) -> Bool { call.method == "engagement.replaceContacts" }

    /// The network goes away after 100 writes, for a while.
    @Test(arguments: [5.0, 60, 100, 1_000_000])
    func aShortOutageEndsNothing(seconds: Double) {
        let workspace = Self.workspace(1000)
        var (writes, beganAt, tries) = (0, Instant?.none, 0)
        let run = JobRun(JobRun.apply(Self.rows(1000))) { call in
            guard Self.isWrite(call) else { return workspace.answer(call) }
            writes += 1
            if writes == 100 { beganAt = call.now }
            guard let beganAt, call.now < beganAt + seconds else { return workspace.answer(call) }
            tries += 1
            return Self.away
        }
        guard seconds < 1000 else {
            #expect(run.job.exitCode == 1 && run.seconds < 150 && tries < 100, "\(run.seconds) \(tries)")
            #expect(run.text.contains("99 changed, 0 so already, 0 refused, 0 unknown, 901 not begun."), "\(run.text)")
            #expect(run.text.contains("Run the same command again") && run.text.hasSuffix("undo run-1\n"))
            #expect(run.job.complaint.contains("out of reach: Nobody listens."), "\(run.job.complaint)")
            return
        }
        #expect(run.job.exitCode == 0 && run.text.contains("1000 changed, 0 so already, 0 refused"), "\(run.text)")
        #expect(tries < 100, "\(tries)")
    }

    /// Nothing was ever reached: the first call says all there is to say.
    @Test(arguments: [false, true]) func anAddressThatLeadsNowhereEndsAtOnce(isPrinted: Bool) {
        let run = JobRun(JobRun.apply(Self.rows(1000), aim: isPrinted ? .print : .carryOut(isAgreed: true))) { _ in
            Self.away
        }
        #expect(run.service.methods.count == 1 && run.job.exitCode == 1 && run.seconds < 1)
        #expect(run.text.split(separator: "\n").count == (isPrinted ? 1000 : 1), "\(run.text.prefix(300))")
        #expect(run.job.complaint.contains("Nobody listens."))
    }

    /// Reading waits, too.
    @Test func readingWaitsForTheNetwork() {
        let workspace = Self.workspace(50)
        var tries = 0
        let run = JobRun(JobRun.apply(Self.rows(50), aim: .show)) { call in
            if call.number > 20, call.now.seconds(since: Instant(nanoseconds: 1_000_000_000)) < 30 {
                tries += 1
                return Self.away
            }
            return workspace.answer(call)
        }
        #expect(run.job.exitCode == 2 && run.text.contains("50 engagements would change") && tries < 80, "\(run.text)")
    }

    /// What was written and not known is looked at once the network is back.
    @Test func whatIsUnknownIsLookedAtAfterAnOutage() {
        let workspace = Self.workspace(1)
        var beganAt: Instant?
        let run = JobRun(JobRun.apply(Self.rows(1))) { call in
            if let beganAt, call.now < beganAt + 30 { return Self.away }
            guard Self.isWrite(call) else { return workspace.answer(call) }
            beganAt = call.now
            workspace.contacts["ngmt_0"] = ["cnt_new"]
            return Workspace.error(1001, "network", "The connection ended.", "unknown", attempts: 1)
        }
        #expect(run.job.exitCode == 0 && run.text.contains("1 changed"), "\(run.text)")
    }

    /// Engagements that are private, or that the API says nothing about, are no missing scope.
    @Test(
        arguments: [
            ("needs the scope engagements:private:read", true), ("needs the scope engagements:read", false),
            (nil, true),
        ] as [(String?, Bool)])
    func privateEngagementsFirstStopNothing(row: (words: String?, isRead: Bool)) {
        let workspace = Self.workspace(100)
        let run = JobRun(JobRun.apply(Self.rows(100))) { call in
            let isFirst = (0..<15).contains { call.text("engagement_id") == "ngmt_\($0)" }
            return call.method == "engagement.get" && isFirst
                ? Workspace.error(403, "forbidden", "No.", problem: row.words) : workspace.answer(call)
        }
        if row.isRead {
            #expect(run.text.contains("85 changed, 0 so already, 15 refused"), "\(run.text)")
        } else {
            #expect(run.service.methods == ["engagement.get"] && run.text == "Nothing was written.\n", "\(run.text)")
        }
    }

    /// A missing scope for writes is found out by the first, as far as the API's words go.
    @Test(arguments: [
        ("engagements:write", "1 refused, 0 unknown, 99 not begun"),
        ("engagements:private:write", "100 refused, 0 unknown."), ("", "3 refused, 0 unknown, 97 not begun"),
    ])
    func aMissingScopeForWritesStops(row: (scope: String, told: String)) {
        let workspace = Self.workspace(100)
        let run = JobRun(JobRun.apply(Self.rows(100))) { call in
            Self.isWrite(call)
                ? Workspace.error(403, "forbidden", "No.", "no", problem: "It needs \(row.scope).")
                : workspace.answer(call)
        }
        #expect(run.text.contains(row.told), "\(run.text)")
    }

    /// What would have been sent again, had no signal come, was not begun.
    @Test(arguments: [
        Workspace.error(429, "rate_limited", "Later.", "no", retryAfterMs: 500), away,
        Workspace.error(1002, "timeout", "Late.", "no"),
    ])
    func aSignalRefusesNothing(answer: String) {
        let workspace = Self.workspace(100)
        let run = JobRun(JobRun.apply(Self.rows(100)), interruptAfter: 130, isPatient: true) { call in
            Self.isWrite(call) && call.number >= 110 ? answer : workspace.answer(call)
        }
        #expect(run.text.contains("8 changed, 0 so already, 0 refused, 0 unknown, 92 not begun."), "\(run.text)")
    }
}
