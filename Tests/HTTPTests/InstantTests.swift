import HTTP
import Testing

@Suite struct InstantTests {
    @Test func arithmetic() {
        let start = Instant(nanoseconds: 5_000_000_000)
        #expect((start + 1.5).nanoseconds == 6_500_000_000)
        #expect((start + 1.5).seconds(since: start) == 1.5)
        #expect(start.seconds(since: start + 1.5) == -1.5)
        for none in [0, -1, -Double.infinity, .nan] { #expect(start + none == start) }
        #expect((start + .infinity).seconds(since: start) == 1e9)
        #expect(start < start + 0.001)
    }
}
