import HTTP
import Jobs
import Tables
import Testing

/// What becomes of a row, for everything that may come of its calls.
@Suite struct ApplyTests {
    private static let row = (id: "ngmt_1", people: [PersonReference.id("cnt_new")])

    /// Answers as a healthy service does, but for writes, which `write` answers if it returns something.
    private func run(
        _ write: @escaping (ScriptedService.Call, Workspace, _ tries: Int) -> String?
    ) -> (run: JobRun, workspace: Workspace) {
        let workspace = Workspace(["ngmt_1": ["cnt_old"]])
        var tries = 0
        let run = JobRun(JobRun.apply([Self.row])) { call in
            if call.method == "engagement.replaceContacts" {
                tries += 1
                if let answer = write(call, workspace, tries) { return answer }
            }
            return workspace.answer(call)
        }
        return (run, workspace)
    }

    @Test func aRowIsMadeSo() {
        let (run, workspace) = run { _, _, _ in nil }
        #expect(run.hasEnded && run.job.exitCode == 0)
        #expect(workspace.contacts["ngmt_1"] == ["cnt_new"])
        #expect(
            run.service.methods == [
                "engagement.get", "contact.listEngagements", "contact.get", "engagement.replaceContacts",
            ])
        #expect(run.text.contains("1 changed, 0 so already, 0 refused, 0 unknown."))
        #expect(run.text.hasSuffix("Run: run-1\nTo undo it:\nengagement-rpc undo run-1\n"))
    }

    @Test func whatIsThereAlreadyCostsOneRead() {
        let workspace = Workspace(["ngmt_1": ["cnt_new"]])
        let run = JobRun(JobRun.apply([Self.row], aim: .carryOut(isAgreed: false))) { workspace.answer($0) }
        #expect(run.service.methods == ["engagement.get"])
        #expect(run.job.exitCode == 0 && run.questions.isEmpty)
        #expect(run.text == "0 changed, 1 so already, 0 refused, 0 unknown.\n")
    }

    /// A 504 whose write is carried out later: found by looking again, for ten seconds.
    @Test(arguments: [0.0, 5, 9, 11, 1000])
    func anUnknownWriteIsLookedFor(delay: Double) {
        let workspace = Workspace(["ngmt_1": ["cnt_old"]])
        var sentAt: Instant?
        let run = JobRun(JobRun.apply([Self.row])) { call in
            if let sentAt, call.now.seconds(since: sentAt) >= delay { workspace.contacts["ngmt_1"] = ["cnt_new"] }
            guard call.method == "engagement.replaceContacts" else { return workspace.answer(call) }
            sentAt = call.now
            return Workspace.error(504, "server_error", "The API failed (504).", "unknown")
        }
        let isSeen = delay < 10
        #expect(run.job.exitCode == (isSeen ? 0 : 1))
        #expect(run.text.contains(isSeen ? "1 changed" : "0 refused, 1 unknown"), "\(run.text)")
        // Whatever became of it can be undone.
        #expect(run.text.hasSuffix("engagement-rpc undo run-1\n"))
        #expect(run.seconds < 11)
    }

    @Test func whatIsReadBackOtherwiseIsNoSuccess() {
        let (run, _) = run { call, workspace, _ in
            workspace.contacts["ngmt_1"] = ["cnt_stranger"]
            return Workspace.changes("ngmt_1", ["cnt_old"], ["cnt_new"], after: ["cnt_stranger"])
        }
        #expect(run.job.exitCode == 1)
        #expect(run.text.contains("0 changed") && run.text.contains("1 written and not as wanted"), "\(run.text)")
        #expect(run.text.contains("still there: cnt_stranger"), "\(run.text)")
    }

    @Test func aFailedReadBackIsReadAgain() {
        let (run, _) = run { call, workspace, _ in
            workspace.contacts["ngmt_1"] = ["cnt_new"]
            return Workspace.changes("ngmt_1", ["cnt_old"], ["cnt_new"], after: nil)
        }
        #expect(run.job.exitCode == 0 && run.text.contains("1 changed"))
    }

    @Test func othersThanShownAreLeftAlone() {
        let (run, workspace) = run { call, workspace, _ in
            workspace.contacts["ngmt_1"] = ["cnt_third"]
            return nil
        }
        #expect(run.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_third"])
        #expect(run.text.contains("refused, precondition_failed (1): ngmt_1: Others are there."), "\(run.text)")
        #expect(!run.text.contains("undo"))
    }

    @Test func whoeverMadeItSo() {
        let (run, _) = run { call, workspace, _ in
            workspace.contacts["ngmt_1"] = ["cnt_new"]
            return nil
        }
        #expect(run.job.exitCode == 0 && run.text.contains("1 so already"), "\(run.text)")
    }

    @Test(arguments: [(120_000, 120.0), (500, 0.5), (nil, 1)] as [(Int?, Double)])
    func aThrottledRowWaitsAndIsSentAgain(hint: Int?, seconds: Double) {
        let (run, workspace) = run { _, _, tries in
            tries == 1 ? Workspace.error(429, "rate_limited", "Later.", "no", retryAfterMs: hint) : nil
        }
        #expect(run.job.exitCode == 0 && workspace.contacts["ngmt_1"] == ["cnt_new"])
        #expect(run.seconds >= seconds && run.seconds < seconds + 1)
    }

    /// A write whose connection was cut and whose repetition was throttled. What it did is this run's doing, though the
    /// next write finds it done; whoever else came then is told as unknown.
    @Test(arguments: ["cnt_new", "cnt_third"])
    func aThrottledRowThatMayBeWrittenIsThisRunsDoing(there: String) {
        let (run, workspace) = run { _, workspace, tries in
            guard tries == 1 else { return nil }
            workspace.contacts["ngmt_1"] = [there]
            return Workspace.error(429, "rate_limited", "Later.", "unknown", retryAfterMs: 500)
        }
        let isDone = there == "cnt_new"
        #expect(run.hasEnded && run.job.exitCode == (isDone ? 0 : 1))
        #expect(workspace.contacts["ngmt_1"] == [there])
        let sums = isDone ? "1 changed, 0 so already, 0 refused, 0 unknown." : "0 changed, 0 so already, 0 refused, 1"
        #expect(run.text.contains(sums), "\(run.text)")
        #expect(run.text.hasSuffix("Run: run-1\nTo undo it:\nengagement-rpc undo run-1\n"), "\(run.text)")
    }

    /// It is too long until the API takes calls again.
    @Test func aRowThatIsThrottledForGoodIsLookedAt() {
        let (run, _) = run { _, workspace, _ in
            workspace.contacts["ngmt_1"] = ["cnt_new"]
            return Workspace.error(429, "rate_limited", "Later.", "unknown", retryAfterMs: 9_000_000)
        }
        #expect(run.job.exitCode == 0 && run.text.contains("1 changed, 0 so already"), "\(run.text)")
    }

    @Test func timeThatRanOutBeforeTheWriteIsTriedAgain() {
        let (run, _) = run { _, _, tries in tries < 3 ? Workspace.error(1002, "timeout", "Late.", "no") : nil }
        #expect(run.job.exitCode == 0)
        let (other, _) = self.run { _, _, _ in Workspace.error(1002, "timeout", "Late.", "no") }
        #expect(other.job.exitCode == 1 && other.text.contains("refused, timeout (1): ngmt_1: Late."))
    }

    @Test(
        arguments: [
            (422, "unprocessable", "no"), (1001, "network", "no"), (403, "forbidden", "no"),
            (-32602, "invalid_params", nil),
        ] as [(Int, String, String?)])
    func aRefusalIsToldByItsKind(code: Int, kind: String, applied: String?) {
        let (run, _) = run { _, _, _ in Workspace.error(code, kind, "Because.", applied) }
        #expect(run.job.exitCode == 1)
        #expect(run.text.contains("1 refused") && run.text.contains("refused, \(kind) (1): ngmt_1: Because."))
    }
}
