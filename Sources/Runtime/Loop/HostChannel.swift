import Bytes
import Platform

/// One direction of the conversation with the host.
struct HostChannel {
    /// How to keep a call from blocking.
    private enum Care {
        /// The open description is only ours, and set to `O_NONBLOCK`.
        case ownDescription
        /// A socket: each call passes `MSG_DONTWAIT`.
        case socket
        /// A pipe that could not be opened anew: bytes go into a pipe of our own, and splice(2), which has a flag for
        /// not waiting, moves them on.
        case sharedPipe(staging: Staging)
        /// A terminal that could not be opened anew: a few bytes at a time, each after a poll.
        case sharedTerminal
        /// A regular file, which does not block for long.
        case file
    }

    /// The result of one read or write.
    enum Result: Equatable {
        case moved(Int)
        case wouldBlock
        case ended
        /// The channel can't be used.
        case failed(SystemError)
    }

    /// The descriptor to poll: the one that the host gave. A named FIFO that is opened anew after its writer has gone
    /// never reports the end.
    let descriptor: FileDescriptor
    /// The descriptor to read from or write to.
    private let channel: FileDescriptor
    private let care: Care
    private let isPipe: Bool
    private let isTerminal: Bool
    /// The events to poll for if only the other end's closing matters. A pipe reports that unasked.
    var hangUpEvents: PollEvents { if case .socket = care { .readHangUp } else { .none } }
    /// Whether it is a regular file.
    let isFile: Bool
    /// Whether it is a regular file of which something is left to read.
    var hasMoreOfFile: Bool {
        guard isFile, let status = try? FileStatus(channel) else { return false }
        return channel.position < status.size
    }
    /// Bytes that wait to be read, if the system can tell; else 0.
    var waiting: Int { isFile ? 0 : channel.waitingBytes ?? 0 }
    /// Bytes that one write gives a shared terminal.
    private static let terminalStep = 64

    init(taking inherited: FileDescriptor, _ mode: FileDescriptor.Mode) {
        let kind = (try? FileStatus(inherited))?.kind
        let own = inherited.duplicate() ?? .none
        isPipe = kind == .pipe
        isFile = kind == .file
        isTerminal = kind == .characterDevice && inherited.isTerminal
        let reopened = isPipe || isTerminal ? OwnDescription.open(inherited, mode) : nil
        channel = reopened ?? own
        descriptor = own
        if reopened != nil {
            care = .ownDescription
        } else if isPipe, mode == .writing, let staging = Staging() {
            care = .sharedPipe(staging: staging)
        } else if kind == .socket {
            care = .socket
        } else {
            care = isTerminal ? .sharedTerminal : .file
        }
    }

    /// Reads the bytes that are there. Call it after `poll` has reported the channel.
    func read(into room: UnsafeMutableRawBufferPointer) -> Result {
        while true {
            do throws(SystemError) {
                let count: Int
                if case .socket = care {
                    count = try channel.receive(into: room)
                } else {
                    count = try channel.read(into: room)
                }
                return count > 0 ? .moved(count) : .ended
            } catch {
                if let result = result(of: error) { return result }
            }
        }
    }

    /// The result of an error; nil when the call must be repeated.
    private func result(of error: SystemError) -> Result? {
        switch error {
        case .interrupted: nil
        case .wouldBlock: .wouldBlock
        case .brokenPipe, .connectionReset: .ended
        // A terminal that has gone reports this error.
        case .inputOutput where isTerminal: .ended
        default: .failed(error)
        }
    }

    /// Writes as much of the queue as the channel accepts. `ended` when nobody reads it any more.
    func write(_ queue: ChunkQueue) -> Result {
        var total = 0
        while queue.count > 0 {
            do throws(SystemError) {
                let count = try writeSome(queue.front)
                queue.consume(count)
                total += count
            } catch {
                if let result = result(of: error) { return result }
            }
        }
        return .moved(total)
    }

    private func writeSome(_ bytes: Bytes) throws(SystemError) -> Int {
        switch care {
        case .ownDescription, .file: return try channel.write(bytes)
        case .socket: return try channel.send(bytes)
        case .sharedPipe(let staging): return try staging.move(bytes, to: channel)
        case .sharedTerminal:
            guard channel.wait(for: .writable, milliseconds: 0) else { throw .wouldBlock }
            return try channel.write(Bytes(rebasing: bytes.prefix(Self.terminalStep)))
        }
    }

    /// Enlarges the pipe, so that a large answer takes fewer turns; returns whether it did.
    func growPipe() -> Bool { isPipe && PipeSize.grow(channel) }

    /// Gives the pipe its usual size, if its content fits.
    func shrinkPipe() { PipeSize.shrink(channel) }
}
