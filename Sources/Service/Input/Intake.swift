import Bytes
import JSON
import JSONRPC

/// The way in: cuts the host's bytes into messages, takes batches apart, and holds the one request that must wait for a
/// place. It does not look at what a message asks for.
final class Intake {
    /// An item of the stream, to serve next.
    enum Item {
        case request(Request, Destination)
        case refused(RPCFailure, id: JSONSlice?, Destination)
        /// The host's response to a request of this process.
        case response(Response)
        /// A batch has begun; its elements are the next items.
        case batchBegun
        /// All elements of the batch were handed out.
        case batchEnded(Batch)
        /// The stream can't be cut into messages from here on.
        case broken(RPCFailure)
        /// There is no whole message.
        case none
    }

    /// A message that was read ahead, to serve later.
    private enum Ahead {
        case message(ByteBuffer)
        case tooLarge
        case badHeader(String)
    }

    /// Messages read ahead, and bytes in them, at most.
    private static let aheadLimits = (count: 1024, bytes: 4 * 1024 * 1024)

    private var reader: FrameReader
    private var batch: Batch?
    /// Whether the reader may hold a whole frame that was not taken yet.
    private var hasUnreadFrames = false
    /// The request that waits for a place, and where its answer goes; its text is in `heldText` or in `batch`. A
    /// message that needs no place, such as a cancellation, is served without waiting.
    private var held: (request: Request, destination: Destination)?
    private let heldText = ByteBuffer()
    /// Messages read while a request was held, to serve after it.
    private var ahead: [Ahead] = []
    private var aheadBytes = 0
    private var requests = 0
    private var bytes = 0
    private var knowsFraming = false
    private let output: Output

    init(framing: Framing, output: Output) {
        reader = FrameReader(framing: framing)
        self.output = output
    }

    /// Requests and bytes received so far.
    var counts: (requests: Int, bytes: Int) { (requests, bytes) }
    /// Whether anything that was read is still to be served.
    var holdsFrames: Bool { hasUnreadFrames || batch != nil || held != nil || !ahead.isEmpty }
    /// Whether the reader may hold a frame that `nextAhead` has not looked at.
    var hasUnseenFrames: Bool { hasUnreadFrames }
    /// Whether `nextAhead` may look for more.
    var mayLookAhead: Bool {
        batch == nil && ahead.count < Self.aheadLimits.count && aheadBytes < Self.aheadLimits.bytes
    }
    /// Whether a held request comes next, which needs a place.
    var waitsForPlace: Bool { held != nil }

    /// Room for bytes from the host.
    func room() -> UnsafeMutableRawBufferPointer { reader.room() }

    /// The host's bytes are in the room, `count` of them.
    func received(_ count: Int) {
        reader.received(count)
        bytes += count
        hasUnreadFrames = true
    }

    /// The input has ended. A last line without a newline counts as whole.
    func end() {
        reader.end()
        hasUnreadFrames = true
    }

    /// The next item of the stream.
    ///
    /// - Parameters:
    ///   - hasPlace: whether one more call can begin. If not, the message is copied, so it can be held.
    ///   - hasBatches: whether a message may be an array.
    func next(hasPlace: Bool, hasBatches: Bool) -> Item {
        if let (request, destination) = held {
            held = nil
            return .request(request, destination)
        }
        if let batch {
            if let element = batch.next() { return item(Message(element: element), .batch(batch), hasBatches) }
            self.batch = nil
            return .batchEnded(batch)
        }
        // The held request has been served by now.
        if heldText.count > 0 {
            heldText.truncate(to: 0)
            heldText.shrink(to: 64 * 1024)
        }
        let wasAhead = !ahead.isEmpty
        switch nextFrame() {
        case .message(let bytes):
            if !knowsFraming { learnFraming() }
            guard let bytes = hasPlace || wasAhead ? bytes : keep(bytes) else {
                return .refused(Self.noMemory, id: nil, .stream)
            }
            return item(Message(bytes), .stream, hasBatches)
        case .tooLarge:
            let limit = FrameReader.messageLimit
            let failure = RPCFailure(
                .tooLarge, "A message may have at most \(limit) bytes (16 MiB), and no more than there is memory for.")
            if !knowsFraming { learnFraming() }
            return .refused(failure, id: nil, .stream)
        case .badHeader(let reason):
            learnFraming()
            return .broken(RPCFailure(.invalidRequest, "The message's headers can't be read: \(reason)."))
        case .none:
            hasUnreadFrames = false
            return .none
        }
    }

    /// The next frame: those read ahead come first.
    private func nextFrame() -> FrameReader.Frame {
        guard let first = ahead.first else { return reader.next() }
        ahead.removeFirst()
        switch first {
        case .message(let text):
            aheadBytes -= text.count
            return keep(text.bytes).map { .message($0) } ?? .tooLarge
        case .tooLarge: return .tooLarge
        case .badHeader(let reason): return .badHeader(reason)
        }
    }

    /// The next message that `comesFirst`, while a request is held. Messages before it are kept for later.
    func nextAhead(_ comesFirst: (Message) -> Bool) -> Item {
        while mayLookAhead {
            switch reader.next() {
            case .message(let bytes):
                let message = Message(bytes)
                if comesFirst(message) { return item(message, .stream, false) }
                ahead.append(.message(ByteBuffer(bytes)))
                aheadBytes += bytes.count
            case .tooLarge: ahead.append(.tooLarge)
            case .badHeader(let reason): ahead.append(.badHeader(reason))
            case .none:
                hasUnreadFrames = false
                return .none
            }
        }
        return .none
    }

    /// Holds `request`, the last one handed out, until there is a place.
    func hold(_ request: Request, for destination: Destination) { held = (request, destination) }

    private func item(_ message: Message, _ destination: Destination, _ hasBatches: Bool) -> Item {
        switch message {
        case .request(let request):
            requests += 1
            return .request(request, request.id == nil ? .nobody : destination)
        case .batch where !hasBatches:
            let text = "This stream has no batches; send one message at a time."
            return .refused(RPCFailure(.invalidRequest, text), id: nil, .stream)
        case .batch(let elements):
            batch = Batch(copying: elements, gap: output.headerRoom)
            return batch == nil ? .refused(Self.noMemory, id: nil, .stream) : .batchBegun
        case .response(let response): return .response(response)
        case .invalid(let failure, let id): return .refused(failure, id: id, destination)
        }
    }

    private func learnFraming() {
        knowsFraming = true
        if reader.framing == .headers { output.useHeaders() }
    }

    /// Copies a message that may have to be held; nil without memory for it.
    private func keep(_ bytes: Bytes) -> Bytes? {
        heldText.truncate(to: 0)
        heldText.append(bytes)
        return heldText.isIncomplete ? nil : heldText.bytes
    }

    private static let noMemory = RPCFailure(.internalError, "There is no memory to hold this message.")
}
