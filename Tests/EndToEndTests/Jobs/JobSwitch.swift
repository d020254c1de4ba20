import Foundation

/// A number that a test sets and a server's thread reads, or the other way round.
final class JobSwitch: @unchecked Sendable {
    // `lock` guards `number`.
    private let lock = NSLock()
    private var number: Int

    init(_ number: Int) { self.number = number }

    var value: Int {
        get { lock.withLock { number } }
        set { lock.withLock { number = newValue } }
    }

    /// Counts one up; returns the number after that.
    func count() -> Int {
        lock.withLock {
            number += 1
            return number
        }
    }
}
