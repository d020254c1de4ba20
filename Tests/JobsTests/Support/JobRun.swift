import Bytes
import HTTP
import Jobs
import Runtime
import Tables

/// A job from its beginning to its end, over a scripted service and a clock that jumps to the next timer.
final class JobRun {
    let job: ChangeJob
    let service: ScriptedService
    /// Everything for stdout.
    private(set) var text = ""
    /// The questions, each with what had been printed before it.
    private(set) var questions: [(question: String, before: String)] = []
    /// Seconds from the beginning to the end.
    private(set) var seconds = 0.0
    private(set) var hasEnded = false

    /// - Parameters:
    ///   - answer: what the person types; nil where nobody is there.
    ///   - interrupted: the number of answered calls after which a signal comes.
    ///   - isPatient: whether calls that are under way then are still answered.
    init(
        _ job: ChangeJob, answer: String? = nil, interruptAfter interrupted: Int? = nil,
        isPatient: Bool = false,
        _ script: @escaping ScriptedService.Script
    ) {
        self.job = job
        service = ScriptedService(answersToTheEnd: isPatient, script)
        var asked: [String] = []
        let terminal = JobTerminal(ask: answer == nil ? nil : { asked.append($0) }, showProgress: nil)
        let host = JobHost(job, service: service, terminal: terminal)
        let start = Instant(nanoseconds: 1_000_000_000)
        var now = start
        var isInterrupted = false
        for _ in 0..<100_000 {
            host.advance(at: now)
            while host.output.count > 0 {
                text += host.output.front.text
                host.output.consume(host.output.front.count)
            }
            if asked.count > questions.count {
                questions.append((asked[questions.count], text))
                let line = Array(((answer ?? "") + "\n").utf8)
                host.inputRoom().copyBytes(from: line)
                host.event(.received(line.count), at: now)
                continue
            }
            if let interrupted, !isInterrupted, service.methods.count >= interrupted {
                isInterrupted = true
                host.event(.signalled, at: now)
                continue
            }
            if host.isFinished, host.output.count == 0 {
                hasEnded = true
                break
            }
            guard let next = host.nextTimer else { break }
            now = max(now, next)
        }
        seconds = now.seconds(since: start)
    }

    /// A job that makes the rows so, without a question.
    static func apply(
        _ rows: [(id: String, people: [PersonReference])], aim: JobTerms.Aim = .carryOut(isAgreed: true),
        skips: Bool = false, rate: Double? = nil
    ) -> ChangeJob {
        let limits = CallLimits(calls: 64, connections: 16, rate: rate, callSeconds: 30)
        var terms = JobTerms(aim, limits: limits)
        terms.file = "t.csv"
        terms.run = "run-1"
        terms.undoCommand = "engagement-rpc undo run-1"
        terms.skipsUnfound = skips
        let table = rows.enumerated().map { AttendeeRow(line: $0 + 2, engagementID: $1.id, people: $1.people) }
        return ChangeJob(table, faults: [], terms)
    }
}
