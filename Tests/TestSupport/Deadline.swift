import Foundation
import Glibc

/// A point on the monotonic clock until which a test waits.
public struct Deadline: Sendable {
    private let end: Double

    /// The point `seconds` from now.
    public init(in seconds: Double) { end = Deadline.now + seconds }

    /// How many times longer than on a quiet machine something that must come may take: 3, and 12 in a debug build,
    /// which is tested beside all other tests. It costs nothing when it comes, and only tells a hang later.
    /// `TESTS_PATIENCE` is another factor, for an emulated processor.
    public static let patience: Double = {
        let given = ProcessInfo.processInfo.environment["TESTS_PATIENCE"].flatMap { Double($0) }
        return given ?? (Setup.binaryIsGiven ? 3 : 12)
    }()

    /// How many times longer a limit has to be that the program itself is to keep: 1, and more on an emulated
    /// processor, as `TESTS_PATIENCE` says.
    public static let slowness = max(1, patience / 12)

    /// The point until which what must come in `seconds` is waited for.
    public static func patient(_ seconds: Double) -> Deadline { Deadline(in: seconds * patience) }

    /// Seconds on the monotonic clock.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Milliseconds that are left, rounded up; 0 when it has passed.
    public var millisecondsLeft: Int32 { Int32(max(0, ((end - Deadline.now) * 1000).rounded(.up))) }

    /// Whether it has passed.
    public var hasPassed: Bool { Deadline.now >= end }
}

/// Sleeps. Only for the few waits without an observable end.
public func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
