import Bytes
import HTTP

/// What one attempt meets: things that happen so many seconds after it began, in order.
struct Fate: Sendable {
    enum Event: Sendable {
        /// The connection stands and the request goes out.
        case sent
        /// A status line; an interim one (1xx) is followed by another.
        case status(Int, [(Exchange.Field, String)] = [])
        case body([UInt8])
        case finish(TransferFailure?)
    }

    var events: [(after: Double, event: Event)] = []
    /// Whether it runs on a pooled connection.
    var isReused = false
    /// Whether the server does what is asked, once it has the request.
    var carriesOut = false

    /// An id that nobody asks for.
    static let another = "ngmt_Other"

    /// An answer that belongs to another request.
    static func anothers(carriesOut: Bool = false) -> Fate {
        var fate = answer(200, #"{"object":"engagement","id":"\#(another)","contacts":[]}"#)
        fate.carriesOut = carriesOut
        return fate
    }

    /// Never as much as a connection.
    static var nowhere: Fate { Fate() }
    /// Sent, and then nothing.
    static var silence: Fate { Fate(events: [(0, .sent)]) }

    /// An answer with a whole body so many seconds after the request went out.
    static func answer(
        _ status: Int, _ body: String = #"{"ok":true}"#, _ fields: [(Exchange.Field, String)] = [], after: Double = 0.01
    ) -> Fate {
        Fate(
            events: [
                (0, .sent), (after, .status(status, fields)), (after, .body(Array(body.utf8))), (after, .finish(nil)),
            ], carriesOut: status < 300)
    }

    /// A failure before anything was sent.
    static func unsent(_ failure: TransferFailure, after: Double = 0.01) -> Fate {
        Fate(events: [(after, .finish(failure))])
    }

    /// A failure after the request went out, behind the status line if there is a status.
    static func broken(
        _ failure: TransferFailure = .broken, status: Int? = nil, after: Double = 0.01, isReused: Bool = false
    ) -> Fate {
        let answer: [(Double, Event)] = status.map { [(after, .status($0))] } ?? []
        return Fate(events: [(0, .sent)] + answer + [(after, .finish(failure))], isReused: isReused)
    }

    /// Sent, a status line, perhaps some bytes, and then nothing more.
    static func stall(_ status: Int, _ body: String = "{", after: Double = 0.01) -> Fate {
        Fate(
            events: [(0, .sent), (after, .status(status)), (after, .body(Array(body.utf8)))], carriesOut: status < 300)
    }
}

/// Exchanges with an API that is a table of fates. Knows what really happened.
final class FakeTransport: Transport {
    /// One attempt as the other side saw it.
    final class Record {
        let exchange: Exchange
        let verb: HTTPVerb
        let target: String
        let body: String
        let startedAt: Instant
        fileprivate(set) var isRunning = true
        fileprivate(set) var wasCancelled = false
        /// Whether the server did what the request asks, or will do it.
        fileprivate(set) var wasCarriedOut = false
        /// The body that came back.
        fileprivate(set) var said = ""
        fileprivate var rest: ArraySlice<(after: Double, event: Fate.Event)>
        fileprivate let carriesOut: Bool

        fileprivate init(_ exchange: Exchange, _ fate: Fate, at now: Instant) {
            self.exchange = exchange
            verb = exchange.request.verb
            target = exchange.request.target.bytes.text
            body = exchange.request.body?.bytes.text ?? ""
            startedAt = now
            carriesOut = fate.carriesOut
            var events = fate.events
            let limit = Double(exchange.connectTimeoutMs) / 1000
            let late = events.firstIndex { $0.after > limit }
            let sent = events.firstIndex { if case .sent = $0.event { true } else { false } }
            if let late, late <= sent ?? events.count {
                events.replaceSubrange(late..., with: [(limit, .finish(.connectTimeout))])
            } else if events.isEmpty {
                events = [(limit, .finish(.connectTimeout))]
            }
            rest = events[...]
        }

        fileprivate var nextAt: Instant? { rest.first.map { startedAt + $0.after } }
        var wasSent: Bool { exchange.wasSent }
        var status: Int { exchange.status }
        /// Whether the server has said that it did what was asked, of what was asked: no page, nothing of another's.
        var saidYes: Bool { 200..<300 ~= status && !said.hasPrefix("<") && !said.contains(Fate.another) }
    }

    /// Decides what becomes of an exchange.
    var decide: (Exchange) -> Fate
    /// Told of each request that the server carries out.
    var onCarriedOut: (Record) -> Void = { _ in }
    /// Told of each exchange as it begins.
    var onStart: (Record) -> Void = { _ in }
    /// Every attempt ever begun, in order.
    private(set) var records: [Record] = []
    /// The time of the loop's turn.
    var now = Instant.start
    private var running: [Record] = []
    private let dice: Dice?

    init(dice: Dice? = nil, decide: @escaping (Exchange) -> Fate) {
        self.dice = dice
        self.decide = decide
    }

    var runningCount: Int { running.count }
    var sentCount: Int { records.count { $0.wasSent } }
    /// When something happens next.
    var nextEvent: Instant? { running.lazy.compactMap(\.nextAt).min() }

    /// The exchanges whose connections are not to be used again.
    private(set) var distrusted: [Exchange] = []
    func distrustConnection(of exchange: Exchange) { distrusted.append(exchange) }

    func start(_ exchange: Exchange) {
        let fate = decide(exchange)
        exchange.reusedConnection = fate.isReused && !exchange.needsFreshConnection
        let record = Record(exchange, fate, at: now)
        records.append(record)
        onStart(record)
        running.append(record)
    }

    func cancel(_ exchange: Exchange) {
        guard let place = running.firstIndex(where: { $0.exchange === exchange }) else { return }
        running[place].isRunning = false
        running[place].wasCancelled = true
        running.remove(at: place)
    }

    /// Lets happen what is due. Returns what has finished, in any order.
    func advance(_ now: Instant) -> [Exchange] {
        self.now = now
        var finished: [Exchange] = []
        for record in running {
            while let at = record.nextAt, at <= now, let event = record.rest.popFirst()?.event {
                apply(event, to: record)
                if !record.isRunning { finished.append(record.exchange) }
            }
        }
        running.removeAll { !$0.isRunning }
        if var dice { finished.shuffle(using: &dice) }
        return finished
    }

    private func apply(_ event: Fate.Event, to record: Record) {
        let exchange = record.exchange
        switch event {
        case .sent:
            exchange.wasSent = true
            record.wasCarriedOut = record.carriesOut
            if record.carriesOut { onCarriedOut(record) }
        case .status(let status, let fields):
            (exchange.gotBytes, exchange.status) = (true, status)
            exchange.answerBegan = !(100..<200 ~= status)
            if exchange.answerBegan { exchange.lastByteAt = now }
            exchange.forgetFields()
            for (field, value) in fields {
                let bytes = ByteBuffer(value.utf8)
                withExtendedLifetime(bytes) { exchange.note(field, bytes.bytes) }
            }
        case .body(let bytes):
            (exchange.gotBytes, exchange.lastByteAt) = (true, now)
            bytes.withUnsafeBytes { exchange.body.append($0) }
            record.said += String(decoding: bytes, as: UTF8.self)
        case .finish(let failure):
            exchange.failure = failure
            record.isRunning = false
        }
    }
}
