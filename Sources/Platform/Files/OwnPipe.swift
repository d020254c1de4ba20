import Bytes
import CSystem
import Glibc

/// A pipe of our own, which children don't inherit.
package struct OwnPipe: Sendable {
    package let reading: FileDescriptor
    package let writing: FileDescriptor

    /// A pipe; throws when no descriptors are left for it.
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

/// Changes the size of pipes.
package enum PipeSize {
    /// `F_SETPIPE_SZ` and `F_GETPIPE_SZ` of fcntl(2).
    private static let (setSize, getSize): (Int32, Int32) = (1031, 1032)
    private static let (usual, large): (Int32, Int32) = (64 * 1024, 1024 * 1024)

    /// Makes a pipe large; returns whether it did. The system bounds the size of one user's pipes together, and past
    /// the bound every new pipe is small: near it, the pipe keeps its size.
    package static func grow(_ end: FileDescriptor) -> Bool {
        guard fcntl(end.number, setSize, large) >= 0 else { return false }
        guard let probe = try? OwnPipe(nonBlocking: false) else { return true }
        let isNearBound = fcntl(probe.reading.number, getSize) < usual
        probe.close()
        if isNearBound { shrink(end) }
        return !isNearBound
    }

    /// Gives a pipe its usual size, if its content fits.
    package static func shrink(_ end: FileDescriptor) { _ = fcntl(end.number, setSize, usual) }
}

/// A pipe of our own, from which bytes move into a pipe whose description others share: splice(2) has a flag for not
/// waiting, while write(2) follows the description's flags.
package final class Staging {
    private let pipe: OwnPipe
    /// Bytes in it: the first of the bytes to move next.
    private var held = 0
    /// Bytes that go in at once: an empty pipe always has room for them.
    private static let most = 32 * 1024

    /// Nil when no descriptors are left for it.
    package init?() {
        guard let pipe = try? OwnPipe(nonBlocking: true) else { return nil }
        self.pipe = pipe
    }

    deinit { pipe.close() }

    /// Moves the first of `bytes` to `shared`; returns how many. The next call must begin with the bytes that did not
    /// move.
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
