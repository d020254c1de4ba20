import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// The whole behaviour of the process, between bytes from the host and exchanges with the API.
///
/// A state machine on one thread: events go in through the methods that a loop calls, frames come out through `output`
/// and exchanges through the transport. It reads no clock and touches no descriptor, so it runs the same under a
/// simulated loop.
public final class Service {
    /// Frames for the host.
    public let output = ChunkQueue()
    /// When `advance` must be called next, or nil. May be earlier than needed, never later.
    public var nextTimer: Instant? {
        // Frames were left for want of room, and written output has made some: no event will come and say so.
        if ending == .over { return nil }
        return holdsFrames && canTakeMore ? Instant(nanoseconds: 0) : nextWake
    }
    /// When the next call must be looked at, or nil.
    var nextWake: Instant?
    /// When to leave although output is still waiting to be read, or nil.
    public internal(set) var leaveBy: Instant?

    let settings: ServiceSettings
    let surroundings: ServiceSurroundings
    let transport: any Transport
    let table: MethodTable
    let policy = RetryPolicy()
    var budget = RetryBudget()
    var gate = ThrottleGate()
    var counters = Counters()

    var reader: FrameReader
    var openBatch: Batch?
    var mcpSession = MCP.Session()
    /// Made when the first request comes that is none of the table's.
    lazy var mcpServer = MCP.Server(table: table, version: settings.version, isSandbox: settings.isSandbox)
    var calls: [Call] = []
    var freeSlots: [Int] = []
    /// The fingerprint of each slot's id; 0 for none.
    var idFingerprints: [UInt64] = []
    var inFlight = 0
    var ready = ReadyQueue()
    var running = 0
    var writeOrder = WriteOrder()
    /// Writes whose turn has come and that are being set on their way.
    var lineHeads: [Int] = []
    var ending = Ending.none
    var isShutDown = false
    /// Whether the transport has what it needs for an exchange.
    var isPrepared = false
    /// Counts the tokens that were in use.
    var tokenNumber = 0
    let scratch = ByteBuffer(capacity: 1024)

    /// How the process is coming to its end.
    enum Ending: Equatable {
        case none
        /// No more input; what was read is served.
        case draining
        /// Told to end: nothing new is begun, what runs has until `leaveBy`.
        case stopping
        /// Over, now.
        case over
    }

    /// Bytes that may wait for the host before no more of its input is read.
    static let outputLimit = 1024 * 1024
    /// Seconds that running calls have after a signal.
    static let graceSeconds = 1.5
    /// Seconds a body may be silent.
    static let silenceSeconds = 10.0

    /// A service that has read nothing yet.
    public init(settings: ServiceSettings, surroundings: ServiceSurroundings, transport: any Transport) {
        self.settings = settings
        self.surroundings = surroundings
        self.transport = transport
        table = MethodTable(filter: settings.filter, sandbox: settings.isSandbox)
        reader = FrameReader(framing: settings.framing)
    }

    /// Whether to read more from the host now.
    public var wantsInput: Bool { ending == .none && canTakeMore }

    /// Whether everything is done once `output` is written.
    public var isFinished: Bool {
        switch ending {
        case .none: false
        case .draining, .stopping: inFlight == 0 && !holdsFrames
        case .over: true
        }
    }

    /// 1 when the host said `exit` without `shutdown` before it (Language Server Protocol 3.17), else 0.
    public internal(set) var exitCode: Int32 = 0

    /// Answers sent so far, how many of them were errors, and calls under way.
    public var progress: (answers: Int, errors: Int, inFlight: Int) { (counters.answers, counters.errors, inFlight) }

    /// Room for bytes from the host.
    public func inputRoom() -> UnsafeMutableRawBufferPointer { reader.room() }

    /// So many bytes were put into the room.
    public func received(_ count: Int, at now: Instant) {
        reader.received(count)
        counters.bytesIn += count
        hasUnreadFrames = true
        takeInput(now)
    }

    /// No more bytes will come from the host. Everything already read is served, but on MCP reads are given up.
    public func inputEnded(at now: Instant) {
        reader.end()
        if ending == .none { ending = .draining }
        hasUnreadFrames = true
        takeInput(now)
        if mcpSession.isActive { endMCP(now) }
    }

    /// The host has closed its end while no room was left to read on. A plain host is served all that it has written;
    /// an MCP client has gone, and what it left unread is not begun.
    public func inputHungUp(at now: Instant) {
        guard ending == .none || ending == .draining, mcpSession.isActive else { return }
        ending = .draining
        endMCP(now)
    }

    /// Nobody reads the output any more: nothing new is begun and what runs is given up, because nobody would learn of
    /// it.
    public func outputGone(at now: Instant) {
        guard ending != .over else { return }
        ending = .over
        for call in calls where call.phase == .running {
            if let exchange = call.exchange { transport.cancel(exchange) }
        }
        surroundings.log.write(.info, "output closed by the host", [("in_flight", .number(inFlight))])
    }

    /// The process was told to end: calls that run may finish within the grace; a second time: at once.
    public func signalled(at now: Instant) {
        guard ending != .stopping, ending != .over else {
            ending = .over
            leaveBy = now
            return
        }
        ending = .stopping
        leaveBy = now + Self.graceSeconds
        wakeBy(now + Self.graceSeconds)
        hasUnreadFrames = true
        takeInput(now)
    }

    /// Does what is due: timers that have come, and input that there is room for now.
    public func advance(at now: Instant) {
        guard ending != .over else { return }
        if let due = nextWake, due <= now { serveTimers(now) }
        if holdsFrames { takeInput(now) }
    }

    /// Whether the reader may hold a whole frame that was not taken for want of room.
    var hasUnreadFrames = false
    /// The request that was read while all places were taken, and needs one; it lies in `heldText`. What needs none, a
    /// cancellation above all, is still served before it comes.
    var held: Request?
    let heldText = ByteBuffer()
    /// Whether anything was read that is not taken up yet.
    var holdsFrames: Bool { hasUnreadFrames || openBatch != nil || held != nil }

    /// Whether one more call may be worked on.
    var hasPlace: Bool { inFlight < settings.maxInFlight }

    var canTakeMore: Bool {
        output.count < Self.outputLimit && (hasPlace || (held == nil && openBatch == nil))
    }

    func wakeBy(_ instant: Instant) {
        if nextWake.map({ instant < $0 }) ?? true { nextWake = instant }
    }
}

/// Calls that wait for a connection, first come, first served.
struct ReadyQueue {
    private var entries: [(slot: Int, serial: Int)] = []
    private var head = 0

    mutating func append(_ call: Call) { entries.append((call.slot, call.serial)) }

    /// The next call that still waits; those given up in the meantime are passed over.
    mutating func next(of calls: [Call]) -> Call? {
        while head < entries.count {
            let entry = entries[head]
            head += 1
            if head == entries.count {
                entries.removeAll(keepingCapacity: true)
                head = 0
            }
            let call = calls[entry.slot]
            if call.serial == entry.serial, call.phase == .ready { return call }
        }
        return nil
    }
}
