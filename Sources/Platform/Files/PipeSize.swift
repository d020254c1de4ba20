import Glibc

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
