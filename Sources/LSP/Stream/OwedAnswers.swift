import Bytes
import JSON

/// The requests that are to be answered later.
package final class OwedAnswers {
    private var open: [[UInt8]: OwedAnswer] = [:]
    private var order: [[UInt8]] = []
    private unowned let surroundings: any EditorSurroundings

    /// Answers that may be owed at once; beyond that the oldest is answered with nothing.
    private static let limit = 1000

    init(_ surroundings: any EditorSurroundings) { self.surroundings = surroundings }

    /// The answer to a request is owed from now on. `substitute` is sent if nothing else can be.
    func add(_ id: JSONSlice, substitute: StaticString) -> OwedAnswer {
        let answer = OwedAnswer(Array(id.bytes), substitute, self)
        open[answer.id] = answer
        order.append(answer.id)
        if order.count > 2 * Self.limit { order.removeAll { open[$0] == nil } }
        while open.count > Self.limit, let oldest = order.first {
            order.removeFirst()
            if let answer = open[oldest] { answer.send { $0.append(answer.substitute) } }
        }
        return answer
    }

    func holds(_ answer: OwedAnswer) -> Bool { open[answer.id] === answer }

    /// Whether the request with this id is still to be answered.
    package func isOwed(_ id: Bytes) -> Bool { !open.isEmpty && open[Array(id)] != nil }

    /// The client has given the request up; false if there is none with this id.
    package func remove(_ id: Bytes) -> Bool { open.removeValue(forKey: Array(id)) != nil }

    /// Hands over every request that is still to be answered: its id and a closure that appends its `"result":…`.
    package func removeAll(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void) {
        let all = order.compactMap { open.removeValue(forKey: $0) }
        order = []
        for answer in all {
            send(answer.id) { out in
                out.append("\"result\":")
                out.append(answer.substitute)
            }
        }
    }

    func send(_ answer: OwedAnswer, _ write: (ByteBuffer) -> Void) {
        guard holds(answer) else { return }
        open[answer.id] = nil
        surroundings.send { frame in
            Self.appendHead(answer.id, to: frame)
            write(frame)
            frame.append("}")
        }
    }

    private static func appendHead(_ id: [UInt8], to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",\"id\":")
        id.withUnsafeBytes { frame.append($0) }
        frame.append(",\"result\":")
    }
}
