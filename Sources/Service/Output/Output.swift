import Bytes
import JSONRPC

/// The way out: whole frames, each with its newline or headers, in the order in which they are ready.
final class Output {
    private let chunks = ChunkQueue()
    private var scratch = ByteBuffer(capacity: 1024)
    /// Bytes kept free in front of a frame for its headers.
    private var gap = 0
    private var answers = 0
    private var errors = 0
    private var bytes = 0

    /// Bytes that may wait for the host. Beyond that no more input is read.
    static let limit = 1024 * 1024

    var queue: ChunkQueue { chunks }
    /// Whether too much waits for the host to read more of its input.
    var isFull: Bool { chunks.count >= Self.limit }
    /// Messages, errors and bytes sent so far. Errors in batches, and those that nobody is told, count too.
    var counts: (answers: Int, errors: Int, bytes: Int) { (answers, errors, bytes) }
    /// Bytes to keep free in front of a frame.
    var headerRoom: Int { gap }

    /// Frames answers by headers, as the stream is.
    func useHeaders() { gap = 32 }

    /// Counts a call or request that ended in an error, even if nobody is told.
    func countError() { errors += 1 }

    /// Empties `frame`, and makes the gap for its headers.
    func beginFrame(_ frame: ByteBuffer, _ destination: Destination) {
        frame.truncate(to: 0)
        guard gap > 0, case .stream = destination else { return }
        for _ in 0..<gap { frame.append(0) }
    }

    /// A buffer to replace one that was taken over.
    func freshBuffer() -> ByteBuffer { chunks.freshBuffer() }

    /// Sends the message that `write` appends.
    func send(_ destination: Destination = .stream, _ write: (ByteBuffer) -> Void) {
        if destination.isNobody { return }
        beginFrame(scratch, destination)
        write(scratch)
        if deliver(scratch, destination) { scratch = chunks.freshBuffer() }
        scratch.shrink(to: 64 * 1024)
    }

    /// Sends a whole frame. True when the queue took over the buffer.
    @discardableResult
    func deliver(_ frame: ByteBuffer, _ destination: Destination) -> Bool {
        switch destination {
        case .nobody, .background: return false
        case .batch(let batch):
            batch.add(frame.bytes)
            return false
        case .stream:
            answers += 1
            var start = 0
            if gap > 0 {
                start = writeHeaders(frame)
            } else {
                frame.append("\n")
            }
            bytes += frame.count - start
            return chunks.append(frame, from: start)
        }
    }

    /// The call of an owed answer has ended: sends the batch's answer if it is complete.
    func closeAfterAnswer(_ batch: Batch) {
        batch.answerIsIn()
        close(batch)
    }

    /// Sends a batch's answer if it is complete.
    func close(_ batch: Batch) {
        if let answer = batch.closed() { deliver(answer, .stream) }
    }

    /// Puts the headers at the end of the gap; returns where they begin.
    private func writeHeaders(_ frame: ByteBuffer) -> Int {
        let text = "Content-Length: \(frame.count - gap)\r\n\r\n"
        let start = gap - text.utf8.count
        for (index, byte) in text.utf8.enumerated() { frame.mutableBytes[start + index] = byte }
        return start
    }
}
