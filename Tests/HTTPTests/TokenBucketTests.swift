import HTTP
import Testing

@Suite struct TokenBucketTests {
    /// However many ask, no second has more than the burst and what has come in since.
    @Test(arguments: [0.5, 1, 3, 10, 16.5, 1000])
    func neverMoreThanTheRateAndOneBurst(rate: Double) {
        var bucket = TokenBucket(rate: rate)
        let start = Instant(nanoseconds: 5_000_000_000)
        var now = start
        var begun: [Double] = []
        while now < start + 20 {
            if let later = bucket.take(now) {
                #expect(later > now)
                now = later
            } else {
                begun.append(now.seconds(since: start))
            }
        }
        let burst = max(1, rate.rounded(.down))
        #expect(Double(begun.count { $0 == 0 }) == burst)
        for (index, time) in begun.enumerated() {
            #expect(Double(index) < burst + time * rate + 0.01, "number \(index) at \(time)")
        }
        #expect(Double(begun.count) >= (20 * rate).rounded(.down), "nothing is lost either: \(begun.count)")
    }

    @Test func whatWasNotUsedIsKeptForOneSecond() {
        var bucket = TokenBucket(rate: 4)
        let late = Instant(nanoseconds: 3_600_000_000_000)
        #expect((0..<4).allSatisfy { _ in bucket.take(late) == nil })
        #expect(bucket.take(late)?.seconds(since: late) == 0.25)
    }
}
