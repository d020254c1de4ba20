import Bytes
import Platform

/// One direction of the conversation with the host.
struct HostChannel {
    /// How to keep a call from blocking.
    private enum Care {
        /// The description is our own and set to `O_NONBLOCK`.
        case ownDescription
        /// A socket: each call says `MSG_DONTWAIT`.
        case socket
        /// A pipe that could not be opened anew: bytes go into a pipe of our own and are moved from there, which takes
        /// a flag of its own (splice(2)).
        case sharedPipe(staging: Staging)
        /// A terminal that could not be opened anew: a few bytes at a time, each time after asking.
        case sharedTerminal
        /// A file: it does not block for long.
        case file
    }

    /// What came of one read or write.
    enum Result: Equatable {
        case moved(Int)
        case wouldBlock
        case ended
        /// It can't be used.
        case failed(SystemError)
    }

    /// What to poll: the description that the host gave. One that was opened anew on a named FIFO after its writer had
    /// gone is never told of the end.
    let descriptor: FileDescriptor
    /// What to read from or write to.
    private let channel: FileDescriptor
    private let care: Care
    private let isPipe: Bool
    private let isTerminal: Bool
    /// What to poll for to learn that the other end was closed, and nothing else. A pipe tells unasked.
    var hangUpEvents: PollEvents { if case .socket = care { .readHangUp } else { [] } }
    /// Whether it is a regular file.
    let isFile: Bool
    /// Whether it is a regular file of which something is left to read.
    var hasMoreOfFile: Bool {
        guard isFile, let status = try? FileStatus(channel) else { return false }
        return channel.position < status.size
    }
    /// Bytes that wait to be read, as far as that can be told.
    var waiting: Int { isFile ? 0 : channel.waitingBytes ?? 0 }
    /// Bytes that go to a shared terminal at once.
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

    /// Reads what is there. Call it after `poll` said so.
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

    /// What an error comes to; nil where the call is to be made again.
    private func result(of error: SystemError) -> Result? {
        switch error {
        case .interrupted: nil
        case .wouldBlock: .wouldBlock
        case .brokenPipe, .connectionReset: .ended
        // What a terminal says that has gone.
        case .inputOutput where isTerminal: .ended
        default: .failed(error)
        }
    }

    /// Writes as much of the queue as is taken. `ended` when nobody reads any more.
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

    /// Makes the pipe large, so that a large answer takes fewer turns; true when it is.
    func growPipe() -> Bool { isPipe && PipeSize.grow(channel) }

    /// Makes the pipe as it usually is, if what is in it allows that.
    func shrinkPipe() { PipeSize.shrink(channel) }
}
