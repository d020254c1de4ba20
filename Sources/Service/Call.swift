import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// Where an answer goes.
enum Destination {
    /// Onto the stream, as a message of its own.
    case stream
    /// Into the answer to a batch.
    case batch(Batch)
    /// Nowhere: it was a notification.
    case nobody

    var isBatch: Bool {
        if case .batch = self { return true }
        return false
    }
}

/// One call from its line to its answer. Objects and their buffers are used again, so that a call allocates next to
/// nothing.
final class Call {
    enum Phase {
        /// Not in use.
        case free
        /// A write behind another write to the same resource.
        case inLine
        /// Waiting to ask the throttle gate, or for a retry's time.
        case waiting
        /// Waiting for a connection.
        case ready
        /// On the wire.
        case running
    }

    let slot: Int
    /// Counts the uses of this object, to tell a stale reference.
    var serial = 0
    var phase = Phase.free
    var entry: MethodTable.Entry?
    var destination = Destination.nobody
    var terms = CallTerms()
    /// How the outcome is told to an MCP client; nil for plain JSON-RPC.
    var reply: MCP.Reply?
    /// Whether the host has said that it wants no answer any more.
    var isUnwanted = false
    /// The id as spelled; empty for a notification.
    let id = ByteBuffer(capacity: 64)
    let target = ByteBuffer(capacity: 128)
    let body = ByteBuffer(capacity: 64)
    /// Becomes the answer's frame; while an exchange runs, its body is received into it behind the envelope's start.
    var answer = ByteBuffer(capacity: 4096)

    var arrivedAt = Instant(nanoseconds: 0)
    var deadline = Instant(nanoseconds: 0)
    /// When this call must be looked at again.
    var wake: Instant?
    var progress = RetryProgress(.read, maxAttempts: 1)
    var evidence = WriteEvidence()
    var exchange: Exchange?
    var firstByteBy = Instant(nanoseconds: 0)
    /// Whether it waits for the throttle gate and not for its own retry's time.
    var isAtGate = false
    /// Which closing of the gate it was let through after.
    var admission = 0
    /// Its place among those that follow a throttle probe.
    var share = 0.0
    var needsFreshConnection = false
    var refreshedToken = false
    /// Which of the process's tokens its last attempt was sent with.
    var tokenNumber = 0
    /// The last attempt's failure, for when no further attempt can be made.
    var lastFailure: RPCFailure?

    init(slot: Int) { self.slot = slot }
}

/// The answers to a batch as they gather. Its text is kept, because its elements are taken up one by one.
final class Batch {
    let answer = ByteBuffer()
    private let text: ByteBuffer
    private var elements: JSONSlice.Elements?
    private var pending = 0

    init(copying array: JSONSlice, gap: Int) {
        text = ByteBuffer(capacity: array.bytes.count)
        text.append(array.bytes)
        var scanner = JSONScanner(text.bytes)
        elements = (try? scanner.text())?.elements
        for _ in 0..<gap { answer.append(0) }
        answer.append("[")
        emptyCount = answer.count
    }

    private let emptyCount: Int

    /// The next element, or nil when all are taken up.
    func next() -> JSONSlice? {
        guard let element = elements?.next() else {
            elements = nil
            return nil
        }
        return element
    }

    var isEmpty: Bool { answer.count == emptyCount }
    /// Whether every element is taken up and every owed answer is there.
    var isComplete: Bool { elements == nil && pending == 0 }

    func owe() { pending += 1 }

    func add(_ frame: Bytes) {
        if !isEmpty { answer.append(",") }
        answer.append(frame)
    }

    func settle() { pending -= 1 }
}
