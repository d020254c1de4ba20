/// Whole frames that wait to be written, in order. Small ones share a buffer; a large one's buffer is taken over, not
/// copied.
public final class ChunkQueue {
    /// Bytes not yet consumed.
    public private(set) var count = 0

    private struct Chunk {
        let buffer: ByteBuffer
        var start: Int
        let isShared: Bool
    }

    private var chunks = FIFO<Chunk>()
    private var spareBuffer: ByteBuffer?
    private var largeSpares: [ByteBuffer] = []
    private static let largeFrame = 32 * 1024
    /// Large buffers kept for the next large frames, and bytes of each, at most: fresh pages cost more than copying
    /// does.
    private static let largeSparesLimit = 4
    private static let largeSpareCapacity = 4 * 1024 * 1024

    /// An empty queue.
    public init() {}

    /// Queues the bytes of `frame` from `start` on. True when the queue takes over the buffer, so the caller must not
    /// use it.
    public func append(_ frame: ByteBuffer, from start: Int = 0) -> Bool {
        let length = frame.count - start
        count += length
        if length >= Self.largeFrame {
            chunks.append(Chunk(buffer: frame, start: start, isShared: false))
            return true
        }
        if let last = chunks.last, last.isShared, last.buffer.count < Self.largeFrame {
            last.buffer.append(frame.bytes.dropping(start))
        } else {
            let shared = spareBuffer ?? ByteBuffer(capacity: 2 * Self.largeFrame)
            spareBuffer = nil
            shared.truncate(to: 0)
            shared.append(frame.bytes.dropping(start))
            chunks.append(Chunk(buffer: shared, start: 0, isShared: true))
        }
        return false
    }

    /// A buffer for the next frame, in place of one that was taken over: a written one if there is any.
    public func freshBuffer() -> ByteBuffer {
        guard let spare = largeSpares.popLast() else { return ByteBuffer(capacity: 4096) }
        spare.truncate(to: 0)
        return spare
    }

    private func recycle(_ chunk: Chunk) {
        if chunk.isShared {
            spareBuffer = chunk.buffer
        } else if largeSpares.count < Self.largeSparesLimit, chunk.buffer.capacity <= Self.largeSpareCapacity {
            largeSpares.append(chunk.buffer)
        }
    }

    /// The next bytes to write; empty when there are none. Invalid after any other call.
    public var front: Bytes {
        chunks.first.map { $0.buffer.bytes.dropping($0.start) } ?? Bytes(start: nil, count: 0)
    }

    /// Drops the first `length` bytes, which were written.
    public func consume(_ length: Int) {
        precondition(length >= 0 && length <= count)
        count -= length
        var rest = length
        while rest > 0, var chunk = chunks.first {
            let available = chunk.buffer.count - chunk.start
            guard rest >= available else {
                chunk.start += rest
                chunks.replaceFirst(with: chunk)
                return
            }
            rest -= available
            chunks.removeFirst()
            recycle(chunk)
        }
    }
}
