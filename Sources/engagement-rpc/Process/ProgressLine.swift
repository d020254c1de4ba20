import Bytes
import HTTP
import Runtime
import Service

/// Forwards everything to the service, and keeps one line on stderr up to date: the number of answers, and their rate.
final class ProgressLine: LoopClient {
    private let service: RPCServer
    private let standardError: StandardError
    private var startedAt: Instant?
    private var dueAt = Instant(nanoseconds: 0)
    private let line = ByteBuffer()
    private var shown = ""
    private static let interval = 0.2

    init(_ service: RPCServer, _ standardError: StandardError) {
        self.service = service
        self.standardError = standardError
    }

    var wantsInput: Bool { service.wantsInput }
    var output: ChunkQueue { service.output }
    var nextTimer: Instant? { min(service.nextTimer ?? dueAt, dueAt) }
    var leaveBy: Instant? { service.leaveBy }
    var isFinished: Bool { service.isFinished }

    func inputRoom() -> UnsafeMutableRawBufferPointer { service.inputRoom() }
    func event(_ event: LoopEvent, at now: Instant) { service.event(event, at: now) }

    func advance(at now: Instant) {
        service.advance(at: now)
        guard now >= dueAt || service.isFinished else { return }
        dueAt = now + Self.interval
        show(now)
    }

    func finish() {
        standardError.isInLine = false
        standardError.write(Bytes("\n"))
    }

    private func show(_ now: Instant) {
        let start = startedAt ?? now
        startedAt = start
        let seconds = now.seconds(since: start)
        let state = service.progress
        let rate = seconds > 0 ? Int(Double(state.answers) / seconds) : 0
        let errors = state.errors == 1 ? "1 error" : "\(state.errors) errors"
        let counts = "\(state.answers) answered, \(errors), \(state.inFlight) in flight"
        // An idle process has no news.
        guard counts != shown else { return }
        shown = counts
        line.truncate(to: 0)
        line.append(text: "\r\(counts), \(rate)/s\u{1B}[K")
        standardError.isInLine = false
        standardError.write(line.bytes)
        standardError.isInLine = true
    }
}
