import Bytes
import JSON

/// A batch: hands out its elements one by one, and collects their answers.
final class Batch {
    private let text: ByteBuffer
    private let answer = ByteBuffer()
    private let emptyCount: Int
    /// Nil once all are handed out.
    private var elements: JSONSlice.Elements?
    private var pending = 0

    /// Copies `array`, and keeps `gap` bytes free in front of its answer. Nil without memory for the copy.
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

    /// The next element; nil once all are handed out.
    func next() -> JSONSlice? {
        if let element = elements?.next() { return element }
        elements = nil
        return nil
    }

    /// Bytes of the answer so far.
    var count: Int { answer.count }
    private var isEmpty: Bool { answer.count == emptyCount }

    /// One more answer is owed.
    func owe() { pending += 1 }
    /// The call of an owed answer has ended.
    func answerIsIn() { pending -= 1 }

    /// Whether there is memory for one more answer of `count` bytes.
    func hasRoom(for count: Int) -> Bool { answer.tryReserve(count + 2) }

    func add(_ frame: Bytes) {
        if !isEmpty { answer.append(",") }
        answer.append(frame)
    }

    /// The whole answer once all elements are handed out and none owes its own. Nil before that, and for a batch of
    /// notifications, which has no answer (JSON-RPC 2.0 §6).
    func closed() -> ByteBuffer? {
        guard elements == nil, pending == 0, !isEmpty else { return nil }
        answer.append("]")
        return answer
    }
}
