import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import LSP

/// Calls with no host behind them, four at a time. One begins only when no call of the host waits for a connection, and
/// none goes past the throttle gate or the rate.
///
/// Outcomes are kept until they are collected, because a call may end while another one is being begun.
final class BackgroundCalls {
    /// A call that has not begun.
    private struct Waiting {
        let entry: MethodTable.Entry
        let params: ByteBuffer
        let isWanted: () -> Bool
        let permission: Permission
        let number: Int
        let then: (CallReply) -> Void
    }

    /// A call that has begun.
    private struct UnderWay {
        let face: BackgroundFace
        /// Whether a person is asked: that takes as long as it takes.
        let isAsking: Bool
        let then: (CallReply) -> Void
    }

    private let table: MethodTable
    private let calls: Calls
    private let attempts: Attempts
    /// By urgency, the next one last.
    private var waiting: [[Waiting]] = [[], [], []]
    private var underWay: [Int: UnderWay] = [:]
    private var outcomes: [(number: Int, outcome: Result<ByteBuffer, RPCFailure>)] = []
    private var lastNumber = 0
    private var isOver = false
    private var wake: Instant?

    /// Calls under way at once, and calls that wait in one line, at most.
    private static let limits = (underWay: 4, waiting: 10_000)
    /// Seconds between two looks whether the rate lets one begin.
    private static let pause = 0.1

    init(table: MethodTable, calls: Calls, attempts: Attempts) {
        (self.table, self.calls, self.attempts) = (table, calls, attempts)
    }

    /// When to call `settle` though nothing happens before; nil for never.
    var nextWake: Instant? { wake }

    /// Whether the process's settings allow a method.
    func offers(_ method: String) -> Bool {
        table.entry(of: method).map { $0.isAllowed && (table.hasJournal || !$0.method.needsJournal) } ?? false
    }

    /// Adds a call, and returns its number. It goes before those of its urgency that wait already. It is dropped, and
    /// nobody is told, if it `isWanted` no more when its turn comes.
    @discardableResult
    func add(
        _ method: String, _ urgency: Urgency, permission: Permission = .given,
        _ writeParams: (inout JSONWriter) -> Void, isWanted: @escaping () -> Bool,
        then: @escaping (CallReply) -> Void
    ) -> Int {
        lastNumber += 1
        guard let entry = table.entry(of: method), !isOver else { return lastNumber }
        let params = ByteBuffer()
        var json = JSONWriter(params)
        json.beginObject()
        writeParams(&json)
        json.endObject()
        waiting[urgency.rawValue].append(
            Waiting(
                entry: entry, params: params, isWanted: isWanted, permission: permission, number: lastNumber,
                then: then))
        if waiting[urgency.rawValue].count > Self.limits.waiting { waiting[urgency.rawValue].removeFirst() }
        return lastNumber
    }

    /// Gives a call up, whether it has begun or not.
    func giveUp(_ number: Int, at now: Instant) {
        for line in waiting.indices { waiting[line].removeAll { $0.number == number } }
        if let call = underWay[number] { calls.giveUpAll(.cancelled, where: { $0 === call.face }, now) }
    }

    /// Drops the calls that nobody waits for and that have not begun.
    func dropWaiting() {
        for urgency in [Urgency.whenever, .shown] { waiting[urgency.rawValue] = [] }
    }

    /// Hands over what has ended, and begins what may begin.
    func settle(at now: Instant) {
        wake = nil
        repeat {
            handOver()
            while begin(at: now) { attempts.startReady(at: now) }
        } while !outcomes.isEmpty
    }

    /// Begins nothing any more, and gives up what is under way.
    func stop(at now: Instant) {
        guard !isOver else { return }
        isOver = true
        waiting = [[], [], []]
        calls.giveUpAll(
            RPCFailure(.shuttingDown, "The process is ending.", retryable: true), where: { $0 is BackgroundFace }, now)
        outcomes = []
    }

    private func handOver() {
        let ended = outcomes
        outcomes = []
        for (number, outcome) in ended {
            guard let then = underWay.removeValue(forKey: number)?.then else { continue }
            switch outcome {
            case .success(let answer):
                withExtendedLifetime(answer) { then(.result(JSONSlice(checked: answer.bytes))) }
            case .failure(let failure): then(.failure(failure))
            }
        }
    }

    /// Begins the next call; false if there is none, or none may begin now.
    private func begin(at now: Instant) -> Bool {
        guard underWay.values.count(where: { !$0.isAsking }) < Self.limits.underWay,
            let line = waiting.lastIndex(where: { !$0.isEmpty })
        else {
            return false
        }
        guard calls.hasPlace, attempts.hasRoom(at: now, forProbe: calls.inFlight + underWay.count == 0) else {
            if attempts.isRated { wake = now + Self.pause }
            return false
        }
        let next = waiting[line].removeLast()
        guard next.isWanted() else { return true }
        let face = BackgroundFace(next.number, self)
        var isAsking = false
        if case .asks = next.permission { isAsking = true }
        underWay[next.number] = UnderWay(face: face, isAsking: isAsking, then: next.then)
        do throws(RPCFailure) {
            guard next.entry.isAllowed else { throw MethodTable.notAllowed(next.entry.method) }
            try withExtendedLifetime(next.params) { () throws(RPCFailure) in
                try calls.begin(
                    next.entry, params: JSONSlice(checked: next.params.bytes), id: nil,
                    face, to: .background, permission: next.permission, at: now)
            }
        } catch {
            ended(next.number, .failure(error))
        }
        return true
    }

    /// A call has ended.
    func ended(_ number: Int, _ outcome: Result<ByteBuffer, RPCFailure>) { outcomes.append((number, outcome)) }
}
