import HTTP
import Jobs
import Tables
import Testing

/// Jobs of many rows: what begins when, what is told, and where they stop.
@Suite struct ManyRowsTests {
    private static func rows(_ count: Int) -> [(id: String, people: [PersonReference])] {
        (0..<count).map { ("ngmt_\($0)", [.id("cnt_new")]) }
    }

    private static func workspace(_ count: Int) -> Workspace {
        Workspace(Dictionary(uniqueKeysWithValues: (0..<count).map { ("ngmt_\($0)", ["cnt_old"]) }))
    }

    private static func isWrite(_ call: ScriptedService.Call) -> Bool {
        call.method == "engagement.replaceContacts"
    }

    @Test func manyRunSideBySide() {
        let workspace = Self.workspace(500)
        let run = JobRun(JobRun.apply(Self.rows(500))) { workspace.answer($0) }
        #expect(run.job.exitCode == 0 && run.text.contains("500 changed, 0 so already, 0 refused, 0 unknown."))
        #expect(run.service.mostOpen == 64)
        // One contact is added everywhere, and read once.
        #expect(run.service.methods.count { $0 == "contact.get" } == 1)
    }

    @Test func aRateLimitsWhatIsBegun() {
        let workspace = Self.workspace(50)
        let run = JobRun(JobRun.apply(Self.rows(50), rate: 1)) { workspace.answer($0) }
        #expect(run.job.exitCode == 0 && run.service.mostOpen <= 15)
    }

    @Test(arguments: [
        (401, "unauthorized"), (1005, "not_configured"), (1009, "journal_failed"), (1007, "not_allowed"),
    ])
    func whatNoRowCanPassStopsAtTheFirst(code: Int, kind: String) {
        let workspace = Self.workspace(200)
        let run = JobRun(JobRun.apply(Self.rows(200))) { call in
            Self.isWrite(call) ? Workspace.error(code, kind, "No.", "no") : workspace.answer(call)
        }
        #expect(run.service.methods.count { $0 == "engagement.replaceContacts" } == 1)
        #expect(run.job.exitCode == 1 && run.job.complaint.contains("no row can succeed: No."))
        #expect(run.text.contains("1 refused, 0 unknown, 199 not begun."), "\(run.text)")
        #expect(run.text.hasSuffix("\nWhen what stopped it is mended, run the same command again to do the rest.\n"))
        #expect(!run.text.contains("undo"))
    }

    @Test func aTokenThatEndsInTheMiddleStops() {
        let workspace = Self.workspace(200)
        var writes = 0
        let run = JobRun(JobRun.apply(Self.rows(200))) { call in
            if Self.isWrite(call) { writes += 1 }
            return Self.isWrite(call) && writes > 70
                ? Workspace.error(401, "unauthorized", "No.", "no") : workspace.answer(call)
        }
        #expect(run.text.contains("70 changed") && run.text.contains("not begun"), "\(run.text)")
        #expect(run.text.hasSuffix("undo run-1\n"))
    }

    @Test func aMissingScopeStopsAndAPrivateEngagementDoesNot() {
        for isForAll in [true, false] {
            let workspace = Self.workspace(100)
            let run = JobRun(JobRun.apply(Self.rows(100))) { call in
                let isRefused = isForAll || call.text("engagement_id") == "ngmt_0"
                return Self.isWrite(call) && isRefused
                    ? Workspace.error(403, "forbidden", "Scope.", "no") : workspace.answer(call)
            }
            #expect(run.text.contains(isForAll ? "3 refused, 0 unknown, 97 not begun" : "99 changed"), "\(run.text)")
        }
    }

    @Test func throttledInTheMiddleNothingIsGivenUp() {
        let workspace = Self.workspace(300)
        var last: Instant?
        var tooSoon = 0
        let run = JobRun(JobRun.apply(Self.rows(300))) { call in
            // Sixty writes in a minute.
            guard Self.isWrite(call) else { return workspace.answer(call) }
            if let last, call.now < last + 60 { tooSoon += call.number % 7 == 0 ? 0 : 1 }
            if last.map({ call.now >= $0 + 120 }) ?? true, call.number % 50 == 0 {
                last = call.now
                return Workspace.error(429, "rate_limited", "Later.", "no", retryAfterMs: 120_000)
            }
            return workspace.answer(call)
        }
        #expect(run.job.exitCode == 0 && run.text.contains("300 changed, 0 so already, 0 refused"), "\(run.text)")
        #expect(run.seconds >= 120)
    }

    @Test func anEngagementThatIsNotThereDoesNotStopTheOthers() {
        let workspace = Self.workspace(9)
        let run = JobRun(JobRun.apply(Self.rows(10))) { workspace.answer($0) }
        #expect(run.job.exitCode == 1 && run.text.contains("9 changed, 0 so already, 1 refused"))
        #expect(run.text.contains("refused, not_found (1): ngmt_9: There is no ngmt_9."))
    }

    /// A signal after each number of calls: whatever was written is told, and how to undo it.
    @Test(arguments: 0...130)
    func aSignalAtAnyMoment(calls: Int) {
        let workspace = Self.workspace(40)
        let run = JobRun(JobRun.apply(Self.rows(40)), interruptAfter: calls) { workspace.answer($0) }
        #expect(run.hasEnded)
        let written = workspace.contacts.values.count { $0 == ["cnt_new"] }
        #expect(run.text.contains(written == 0 ? "Nothing was written." : "undo run-1") || written == 0, "\(run.text)")
        // What is under way is not known to this service any more.
        let told = run.text.matches(of: /(\d+) changed|(\d+) unknown/).compactMap { Int($0.1 ?? $0.2 ?? "") }
        #expect(told.reduce(0, +) >= written, "\(written): \(run.text)")
        if written < 40 { #expect(run.job.exitCode == 1) }
    }
}
