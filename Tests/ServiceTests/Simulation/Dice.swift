import HTTP

/// Everything random in a test, from one seed (SplitMix64): the same seed, the same numbers.
final class Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1.
    func uniform() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
    /// True so often.
    func chance(_ probability: Double) -> Bool { uniform() < probability }
    func pick<Value>(_ values: [Value]) -> Value { values[Int(next() % UInt64(values.count))] }
    func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }
    /// Uniform in the range.
    func seconds(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }
}

extension Instant {
    /// Where virtual clocks begin.
    static let start = Instant(nanoseconds: 1_000_000_000_000)
    /// Seconds since the virtual clock's start, for messages.
    var offset: Double { seconds(since: .start) }
}
