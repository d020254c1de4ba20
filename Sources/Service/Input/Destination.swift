import Bytes

/// Where an answer goes.
enum Destination {
    /// To the stream, as its own message.
    case stream
    case batch(Batch)
    /// Nowhere: the request is a notification.
    case nobody
    /// To this process itself, which has taken it from the face.
    case background

    var isBatch: Bool {
        if case .batch = self { return true }
        return false
    }

    /// Whether the frame is whole and its destination has memory for it.
    func takes(_ frame: ByteBuffer) -> Bool {
        if case .batch(let batch) = self { return !frame.isIncomplete && batch.hasRoom(for: frame.count) }
        return !frame.isIncomplete
    }

    var isBackground: Bool {
        if case .background = self { return true }
        return false
    }

    var isNobody: Bool {
        if case .nobody = self { return true }
        return false
    }
}
