import Bytes
import Platform

/// The process's stdin and stdout, reserved for frames.
///
/// A pipe or terminal is opened anew (see `OwnDescription`); a socket is used with `MSG_DONTWAIT`. Afterwards
/// descriptor 0 is `/dev/null` and descriptor 1 is stderr: nothing but frames can reach the host.
public struct StandardStreams {
    let input: HostChannel
    let output: HostChannel

    /// Opens `/dev/null` in place of standard descriptors that the parent left closed, so that no file of ours becomes
    /// stdout. Call it before anything else is opened. Returns whether the parent gave a stdout.
    public static func fillGaps() -> Bool {
        let hasOutput = FileDescriptor.standardOutput.isOpen
        for descriptor in [FileDescriptor.standardInput, .standardOutput, .standardError] where !descriptor.isOpen {
            _ = try? FileDescriptor.open(null, [.both, .inherited])
        }
        return hasOutput
    }

    private static let null = FilePath("/dev/null")

    /// Takes over both streams.
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
