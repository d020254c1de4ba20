import HTTP
import Jobs
import Tables
import Testing

/// Deletions of duplicates that do not say plainly what became of them.
@Suite struct MergeDeletionTests {
    /// A merge of one contact that is on no engagement. `answer` is for calls that are to be answered otherwise.
    private static func run(
        interruptAfter calls: Int? = nil, _ answer: @escaping (ScriptedService.Call) -> String?
    ) -> JobRun {
        let limits = CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30)
        var terms = JobTerms(.carryOut(isAgreed: true), limits: limits)
        (terms.run, terms.isDeletion) = ("run-1", true)
        let rows = [MergeRow(line: 2, duplicate: .id("cnt_a"), into: .id("cnt_b"))]
        let workspace = Workspace([:])
        workspace.listsEngagements = true
        let job = ChangeJob(merging: rows, faults: [], terms)
        return JobRun(job, interruptAfter: calls) { call in
            if let answer = answer(call) { return answer }
            return call.method == "contact.delete" ? #""result":{"data":null}"# : workspace.answer(call)
        }
    }

    private static func outcome(_ run: JobRun) -> String? { run.job.report?.last?.outcome }

    /// A signal while the deletion is under way: nobody knows whether it was carried out.
    @Test func aDeletionThatASignalCutsIsUnknown() {
        let whole = Self.run { _ in nil }
        #expect(whole.service.methods.last == "contact.delete" && whole.job.exitCode == 0, "\(whole.text)")
        let run = Self.run(interruptAfter: whole.service.methods.count) { _ in nil }
        #expect(run.hasEnded && run.job.exitCode == 1 && Self.outcome(run) == "unknown", "\(run.text)")
        #expect(
            run.text.contains(
                "0 duplicates deleted, 1 unknown:\n  cnt_a: unknown: The process was told to end at once."),
            "\(run.text)")
    }

    /// A signal before it: nothing was begun or may have been done.
    @Test func whatWasNotBegunIsNotUnknown() {
        let whole = Self.run { _ in nil }
        for calls in 0..<whole.service.methods.count {
            let run = Self.run(interruptAfter: calls) { _ in nil }
            #expect(run.hasEnded && Self.outcome(run) != "unknown" && Self.outcome(run) != "deleted", "\(calls)")
        }
    }

    /// The look after an unknown deletion fails, or the deletion is repeated after a pause and refused.
    @Test(arguments: [(504, "server_error", 1), (429, "rate_limited", 2)])
    func whatCanNotBeLookedAtIsUnknown(first: (code: Int, kind: String, deletions: Int)) {
        var deletions = 0
        let run = Self.run { call in
            if call.method == "contact.get", deletions > 0 { return Workspace.error(500, "server_error", "Broken.") }
            guard call.method == "contact.delete" else { return nil }
            deletions += 1
            if deletions > 1 { return Workspace.error(403, "forbidden", "No.", "no") }
            return Workspace.error(first.code, first.kind, "Failed.", "unknown")
        }
        #expect(run.job.exitCode == 1 && deletions == first.deletions && Self.outcome(run) == "unknown", "\(run.text)")
    }

    /// The API answers that it has not deleted it.
    @Test(arguments: [false, true]) func aDeletionThatIsDeniedIsLookedFor(isGone: Bool) {
        var isSent = false
        let run = Self.run { call in
            if call.method == "contact.get", isSent, isGone {
                return Workspace.error(404, "not_found", "There is no cnt_a.")
            }
            guard call.method == "contact.delete" else { return nil }
            isSent = true
            return #""result":{"data":{"id":"cnt_a","deleted":false}}"#
        }
        #expect(run.service.methods.last == "contact.get", "\(run.service.methods)")
        #expect(run.job.exitCode == (isGone ? 0 : 1), "\(run.text)")
        #expect(Self.outcome(run) == (isGone ? "deleted" : "not deleted"), "\(run.text)")
    }

    /// An empty page that is not the last, or no page at all, does not say that it is on no engagement.
    @Test(
        arguments: [
            #"{"data":[],"has_more":true,"next_cursor":"c1"}"#, #"{"data":null,"has_more":false}"#, #"{"data":{}}"#,
        ])
    func whoMayBeOnEngagementsIsNotDeleted(page: String) {
        let run = Self.run { call in
            // Only the look before a deletion asks for one.
            guard call.method == "contact.listEngagements", call.list("fields") == ["id"],
                call.params.member("limit")?.integer == 1
            else { return nil }
            return #""result":{"data":\#(page)}"#
        }
        #expect(!run.service.methods.contains("contact.delete"), "\(run.text)")
        #expect(run.job.exitCode == 1 && Self.outcome(run) == "not deleted", "\(run.text)")
    }
}
