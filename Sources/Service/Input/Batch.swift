import Bytes
import JSON

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

    /// Whether a frame is whole, and there is memory for it where it goes.
    func takes(_ frame: ByteBuffer) -> Bool {
        if case .batch(let batch) = self { return !frame.isIncomplete && batch.hasRoom(for: frame.count) }
        return !frame.isIncomplete
    }

    var isNobody: Bool {
        if case .nobody = self { return true }
        return false
    }
}

/// A batch as its elements are taken up one by one, and the answers to it as they gather.
final class Batch {
    private let text: ByteBuffer
    private let answer = ByteBuffer()
    private let emptyCount: Int
    /// Nil when all are taken up.
    private var elements: JSONSlice.Elements?
    private var pending = 0

    /// A copy of `array`, with `gap` free bytes in front of what will be its answer. Nil where there is no memory for
    /// it.
    init?(copying array: JSONSlice, gap: Int) {
        text = ByteBuffer(capacity: array.bytes.count)
        text.append(array.bytes)
        if text.isIncomplete { return nil }
        var scanner = JSONScanner(text.bytes)
        elements = (try? scanner.text())?.elements
        for _ in 0..<gap { answer.append(0) }
        answer.append("[")
        emptyCount = answer.count
    }

    /// The next element, or nil when all are taken up.
    func next() -> JSONSlice? {
        if let element = elements?.next() { return element }
        elements = nil
        return nil
    }

    /// Bytes of the answer so far.
    var count: Int { answer.count }
    private var isEmpty: Bool { answer.count == emptyCount }

    /// One more call's answer is owed.
    func owe() { pending += 1 }
    /// A call that was owed an answer has ended.
    func settle() { pending -= 1 }

    /// Whether there is memory for one more answer of so many bytes.
    func hasRoom(for count: Int) -> Bool { answer.tryReserve(count + 2) }

    func add(_ frame: Bytes) {
        if !isEmpty { answer.append(",") }
        answer.append(frame)
    }

    /// The whole answer once every element is taken up and has its own; nil before, and for a batch of notifications,
    /// which has none (JSON-RPC 2.0 §6).
    func closed() -> ByteBuffer? {
        guard elements == nil, pending == 0, !isEmpty else { return nil }
        answer.append("]")
        return answer
    }
}
