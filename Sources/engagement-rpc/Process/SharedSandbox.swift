import Bytes
import Platform
import Sandbox

/// The workspace alone, for several processes, until end of input or a signal.
struct SharedSandbox {
    private let server: SandboxServer
    private let signals: SignalPipe

    /// Why it has ended.
    enum End { case told, hadNoInput }

    /// Starts the server.
    init(_ options: Options) throws(Failure) {
        // Before the server's thread, which receives no signals.
        signals = SignalPipe()
        Signals.ignoreThatOfReading()
        server = try SandboxServer.start(options, isShared: true)
    }

    var url: String { server.url }

    /// Waits for the end, and stops the server. Throws when stdin can't be read.
    func run() throws(Failure) -> End {
        defer { server.stop() }
        let input = FileDescriptor.standardInput
        let kind = (try? FileStatus(input))?.kind
        // Bytes in a pipe may be for somebody else who holds it.
        let isPipe = kind == .pipe || kind == .socket
        let isNull = kind == .characterDevice && !input.isTerminal
        var pollSet = PollSet()
        pollSet.set(signals.descriptor, .readable)
        pollSet.set(input, isPipe ? .readHangUp : .readable)
        var isFirst = true
        while true {
            let ready = pollSet.wait(seconds: nil)
            if ready.contains(where: { $0.descriptor == signals.descriptor }) { return .told }
            guard let entry = ready.first(where: { $0.descriptor == input }) else { continue }
            if isPipe {
                if entry.events.hasAny(of: .readHangUp | .hangUp | .error) { return .told }
            } else {
                switch try read(input, hasGone: entry.events.hasAny(of: .hangUp)) {
                case .more: isFirst = false
                case .end: return isFirst && isNull ? .hadNoInput : .told
                case .others: pollSet.remove(input)
                }
            }
        }
    }

    private enum Input { case more, end, others }

    /// Reads what is there, which has no meaning.
    private func read(_ input: FileDescriptor, hasGone: Bool) throws(Failure) -> Input {
        do throws(SystemError) {
            return try input.read(onto: ByteBuffer(), atLeast: 1 << 12) == 0 ? .end : .more
        } catch .interrupted, .wouldBlock {
            return .more
        } catch  where error == .inputOutput && input.isTerminal {
            // The terminal has gone, or another process has its foreground.
            return hasGone ? .end : .others
        } catch {
            throw Failure(sentence: "Stdin can't be read: \(error.text).", code: Failure.ioError)
        }
    }
}
