import Bytes
import HTTP

/// The loop's client: it receives bytes, finished exchanges, time and endings, and gives frames.
///
/// The loop decides nothing. All rules about when to read, wait, give up or end are the client's, so tests can run it
/// under a simulated loop.
package protocol LoopClient: AnyObject {
    /// Whether to read more from the host now.
    var wantsInput: Bool { get }
    /// Frames for the host.
    var output: ChunkQueue { get }
    /// When `advance` must be called, or nil.
    var nextTimer: Instant? { get }
    /// When to leave although output is not written, or nil.
    var leaveBy: Instant? { get }
    /// Whether everything is done once `output` is written.
    var isFinished: Bool { get }

    /// Room for bytes from the host.
    func inputRoom() -> UnsafeMutableRawBufferPointer
    func event(_ event: LoopEvent, at now: Instant)
    /// Called every turn: a timer may be due, and more input may be wanted.
    func advance(at now: Instant)
}

extension LoopClient {
    /// Hands it bytes from a host in the same process.
    package func receive(_ bytes: Bytes, at now: Instant) {
        var rest = bytes
        while !rest.isEmpty {
            let room = inputRoom()
            let count = min(room.count, rest.count)
            room.copyMemory(from: rest.slice(0, count))
            event(.received(count), at: now)
            rest = rest.dropping(count)
        }
    }
}
