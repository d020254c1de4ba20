import Dispatch
import Foundation
import TestSupport

#if compiler(>=6.1)
    import Testing
#else
    @_spi(Experimental) import Testing
#endif

extension Tag {
    /// Holds only once `Content-Length` framing is there.
    @Tag static var headers: Self
    /// Holds only once calls are tried again (attempts, waits, gate, budget).
    @Tag static var retries: Self
    /// Holds only once `$/cancelRequest` is there.
    @Tag static var cancellation: Self
    /// Holds only once the commands beside `serve` are there (`call`, `schema`, `doctor`).
    @Tag static var commands: Self
    /// Holds only once the table has more than the engagement's two methods.
    @Tag static var moreMethods: Self
    /// How the process ends.
    @Tag static var endings: Self
    /// Many calls or many bytes.
    @Tag static var load: Self
}

/// What each case of a test, or of a suite's tests, is run in. Swift 6.0 has it under another name.
#if compiler(>=6.1)
    protocol CaseScope: SuiteTrait, TestTrait, TestScoping {
        func run(_ function: @Sendable () async throws -> Void) async throws
    }

    extension CaseScope {
        var isRecursive: Bool { true }

        func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
        ) async throws {
            try await run(function)
        }
    }
#else
    protocol CaseScope: SuiteTrait, TestTrait, CustomExecutionTrait {
        func run(_ function: @Sendable () async throws -> Void) async throws
    }

    extension CaseScope {
        var isRecursive: Bool { true }

        func execute(
            _ function: @Sendable () async throws -> Void, for test: Test, testCase: Test.Case?
        ) async throws {
            // Called around a test's cases together, too.
            if testCase == nil { try await function() } else { try await run(function) }
        }
    }
#endif

/// Runs each test case on a thread of its own, so that one that waits for a process holds no other up, and only a few
/// at a time, so that they don't wait for the processor instead.
struct OwnThread: CaseScope {
    func run(_ function: @Sendable () async throws -> Void) async throws {
        await Slots.shared.take()
        do {
            try await withTaskExecutorPreference(ThreadExecutor(), operation: function)
        } catch {
            await Slots.shared.give()
            throw error
        }
        await Slots.shared.give()
    }
}

extension Trait where Self == OwnThread {
    /// Each case on its own thread, a few at a time.
    static var ownThread: OwnThread { OwnThread() }
}

/// Runs each test case twice: with its `FaultServer`s in clear, and over TLS. `ENGAGEMENT_RPC_TESTS_OVER` (`clear` or
/// `tls`) leaves one of both, to tell which of them a failure is of.
struct OverTLSToo: CaseScope {
    let isForAnyBuild: Bool

    func run(_ function: @Sendable () async throws -> Void) async throws {
        let only = ProcessInfo.processInfo.environment["ENGAGEMENT_RPC_TESTS_OVER"]
        if only != "tls" { try await function() }
        let isWanted = only == "tls" || only == nil && (isForAnyBuild || Setup.binaryIsGiven)
        guard isWanted, TLSServer.isPossible else { return }
        do {
            try await FaultServer.$usualSecurity.withValue(.tls, operation: function)
        } catch {
            throw HarnessFailure("over TLS: \(error)")
        }
    }
}

extension Trait where Self == OverTLSToo {
    /// In clear, and over TLS.
    static var overTLSToo: OverTLSToo { OverTLSToo(isForAnyBuild: true) }
    /// In clear, and over TLS where the binary under test was named from outside: for suites that are about something
    /// else than connections, so that a run of all tests, which does both builds, does them over TLS once.
    static var overTLSOnRelease: OverTLSToo { OverTLSToo(isForAnyBuild: false) }
}

/// So many cases may run at once.
private actor Slots {
    static let shared = Slots()
    private var free = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func give() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}

private final class ThreadExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "test case")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
