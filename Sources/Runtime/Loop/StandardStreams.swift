import Bytes
import Platform

/// The process's stdin and stdout, taken over for frames.
///
/// A pipe or terminal is opened anew (see `OwnDescription`); a socket is used with `MSG_DONTWAIT`. Afterwards
/// descriptor 0 is `/dev/null` and descriptor 1 is stderr: nothing but frames can reach the host.
public struct StandardStreams {
    let input: HostChannel
    let output: HostChannel

    /// Opens `/dev/null` in place of descriptors that the parent left closed, so that nothing of ours can end up as
    /// stdout. To be called before anything else is opened. Returns whether there is a stdout.
    public static func fillGaps() -> Bool {
        let hasOutput = FileDescriptor.standardOutput.isOpen
        for descriptor in [FileDescriptor.standardInput, .standardOutput, .standardError] where !descriptor.isOpen {
            _ = try? FileDescriptor.open(null, [.both, .inherited])
        }
        return hasOutput
    }

    private static let null = FilePath("/dev/null")

    /// Takes both over.
    public init() {
        input = HostChannel(taking: .standardInput, .reading)
        output = HostChannel(taking: .standardOutput, .writing)
        if let null = try? FileDescriptor.open(Self.null, .both) {
            FileDescriptor.standardInput.become(null)
            null.close()
        }
        FileDescriptor.standardOutput.become(.standardError)
    }
}
