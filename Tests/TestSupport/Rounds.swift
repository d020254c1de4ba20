import Foundation

/// How many random cases a test takes.
public enum Rounds {
    /// `usual` ones; `long` with TESTS_LONG; a quarter of the usual ones on an emulated processor, as TESTS_PATIENCE
    /// tells it.
    public static func count(_ usual: Int, long: Int) -> Int {
        if ProcessInfo.processInfo.environment["TESTS_LONG"] != nil { return long }
        return Deadline.slowness > 1 ? usual / 4 : usual
    }
}
