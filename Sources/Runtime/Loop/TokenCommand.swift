import Foundation
import HTTP
import Platform

/// A command that prints the token: `/bin/sh -c` runs it in its own process group, with `/dev/null` as stdin and our
/// stderr, for at most 10 s.
///
/// A thread waits for it, so the loop never does; `descriptor` is readable when it has ended. Sendable, unchecked:
/// `lock` guards what both threads touch.
public final class TokenCommand: @unchecked Sendable {
    /// How the command ended.
    public enum Outcome: Sendable {
        /// With status 0: the beginning of its output, up to the end of the first line.
        case printed([UInt8])
        /// In another way, as a sentence without its output.
        case failed(String)
    }

    /// Seconds that the command may take.
    private static let patience = 10.0
    private let command: ShellCommand
    /// Bytes of its output that are kept, at most.
    private let limit: Int
    private let lock = NSLock()
    private var isRunning = false
    private var child: ShellCommand.Running?
    private var outcome: Outcome?
    private let wakes: OwnPipe

    /// A command that has not run yet; nil when no descriptors are left for it.
    public init?(_ command: String, limit: Int) {
        guard let wakes = try? OwnPipe(nonBlocking: true) else { return nil }
        (self.command, self.limit, self.wakes) = (ShellCommand(command), limit, wakes)
    }

    /// Readable when the command has ended.
    package var descriptor: FileDescriptor { wakes.reading }

    /// The outcome of a run, once; nil when there is none, and then starts a run unless one is under way.
    public func collect() -> Outcome? {
        wakes.reading.drain()
        return lock.withLock {
            if let ended = outcome {
                outcome = nil
                return ended
            }
            if !isRunning {
                isRunning = true
                Thread.detachNewThread { [self] in work() }
            }
            return nil
        }
    }

    /// Kills the command, if it runs, and the processes that it has started.
    public func stop() { lock.withLock { child?.kill() } }

    private func work() {
        Signals.keepFromThisThread()
        let ended = run()
        lock.withLock { (outcome, isRunning, child) = (ended, false, nil) }
        wakes.writing.wake()
    }

    private func run() -> Outcome {
        let output: FileDescriptor
        let running: ShellCommand.Running
        do throws(SystemError) {
            (output, running) = try start()
        } catch {
            return .failed("The token command can't be run: \(error.text).")
        }
        defer { output.close() }
        lock.withLock { child = running }
        let clock = LoopClock()
        let end = clock.now + Self.patience
        var text: [UInt8] = []
        var isOpen = true
        var ending: ShellCommand.Ending?
        while ending == nil {
            // First, so that what the command printed before its end is read after it.
            ending = running.collect()
            isOpen = isOpen && drain(output, into: &text)
            if ending != nil { break }
            clock.update()
            guard clock.now < end else {
                running.kill()
                while running.collect() == nil { FileDescriptor.none.wait(for: .readable, milliseconds: 1) }
                return .failed("The token command did not end within \(Int(Self.patience)) s.")
            }
            (isOpen ? output : .none).wait(for: .readable, milliseconds: 10)
        }
        switch ending {
        case .signal(let number): return .failed("The token command was ended by signal \(number).")
        case .status(let code) where code != 0:
            return .failed("The token command ended with status \(code); run it by hand to see why.")
        case .status, nil: return .printed(Array(text.prefix { $0 != 0x0A }))
        }
    }

    /// Starts the command; `output` reads what it prints.
    private func start() throws(SystemError) -> (output: FileDescriptor, running: ShellCommand.Running) {
        let pipe = try OwnPipe(nonBlocking: false)
        defer { pipe.writing.close() }
        do throws(SystemError) {
            let running = try command.start(output: pipe.writing)
            pipe.reading.stopBlocking()
            return (pipe.reading, running)
        } catch {
            pipe.reading.close()
            throw error
        }
    }

    /// Reads what is there, and keeps the first `limit` bytes of the output; false at its end.
    private func drain(_ output: FileDescriptor, into text: inout [UInt8]) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            while true {
                guard let count = try? output.read(into: room) else { return true }
                guard count > 0 else { return false }
                text += room.prefix(min(count, limit - text.count))
            }
        }
    }
}
