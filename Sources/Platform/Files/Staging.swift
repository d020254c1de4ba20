import Bytes
import CSystem

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
