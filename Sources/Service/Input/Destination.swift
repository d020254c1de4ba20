import Bytes

/// Where an answer goes.
enum Destination {
    /// To the stream, as its own message.
    case stream
    case batch(Batch)
    /// Nowhere: the request is a notification.
    case nobody

    var isBatch: Bool {
        if case .batch = self { return true }
        return false
    }

    /// Whether the frame is whole and its destination has memory for it.
    func takes(_ frame: ByteBuffer) -> Bool {
        if case .batch(let batch) = self { return !frame.isIncomplete && batch.hasRoom(for: frame.count) }
        return !frame.isIncomplete
    }

    var isNobody: Bool {
        if case .nobody = self { return true }
        return false
    }
}
