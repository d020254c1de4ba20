import Bytes
import CSystem
import Glibc

/// A pipe of our own, which no child has.
package struct OwnPipe: Sendable {
    package let reading: FileDescriptor
    package let writing: FileDescriptor

    /// A pipe; throws where there are no descriptors for it.
    package init(nonBlocking: Bool) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .last }
        (reading, writing) = (FileDescriptor(ends[0]), FileDescriptor(ends[1]))
        for end in [reading, writing] {
            end.keepFromChildren()
            if nonBlocking { end.stopBlocking() }
        }
    }

    package func close() {
        reading.close()
        writing.close()
    }
}

/// How much a pipe holds.
package enum PipeSize {
    /// `F_SETPIPE_SZ` and `F_GETPIPE_SZ` of fcntl(2).
    private static let (setSize, getSize): (Int32, Int32) = (1031, 1032)
    private static let (usual, large): (Int32, Int32) = (64 * 1024, 1024 * 1024)

    /// Makes a pipe large; true when it is. What one user's pipes may hold together is bounded, and past the bound each
    /// new pipe of that user's is a small one: where it is near, the pipe is left as it was.
    package static func grow(_ end: FileDescriptor) -> Bool {
        guard fcntl(end.number, setSize, large) >= 0 else { return false }
        guard let probe = try? OwnPipe(nonBlocking: false) else { return true }
        let isNearBound = fcntl(probe.reading.number, getSize) < usual
        probe.close()
        if isNearBound { shrink(end) }
        return !isNearBound
    }

    /// Makes a pipe as it usually is, if what is in it allows that.
    package static func shrink(_ end: FileDescriptor) { _ = fcntl(end.number, setSize, usual) }
}

/// A pipe of our own, from which bytes are moved into one whose description others share: splice(2) has a flag for not
/// waiting, where write(2) goes by the description.
package final class Staging {
    private let pipe: OwnPipe
    /// Bytes in it: the first of those that are to be moved next.
    private var held = 0
    /// Bytes that go in at once: what a pipe always has room for while it is empty.
    private static let most = 32 * 1024

    /// Nil where there are no descriptors for it.
    package init?() {
        guard let pipe = try? OwnPipe(nonBlocking: true) else { return nil }
        self.pipe = pipe
    }

    deinit { pipe.close() }

    /// Moves the first of `bytes` to `shared`; returns how many. Bytes that were not moved are to be first among those
    /// of the next call.
    package func move(_ bytes: Bytes, to shared: FileDescriptor) throws(SystemError) -> Int {
        if held == 0 {
            held = try pipe.writing.write(Bytes(rebasing: bytes.prefix(Self.most)))
            if held == 0 { return 0 }
        }
        let moved = rpc_splice_now(pipe.reading.number, shared.number, held)
        guard moved >= 0 else { throw .last }
        held -= moved
        return moved
    }
}
