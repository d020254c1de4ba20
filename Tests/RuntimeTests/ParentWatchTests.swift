import HTTP
import Testing

@testable import Runtime

/// What is made of a parent's death.
@Suite struct ParentWatchTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    @Test func nothingHappensWhileItLives() {
        var watch = ParentWatch()
        watch.hear(5)
        #expect(watch.endBy == nil && watch.descriptor.isSome)
    }

    @Test func aSilentHostHasHalfAMinute() {
        var watch = ParentWatch()
        watch.look(0, start)
        #expect(watch.endBy == start + 30)
        watch.hear(0, waiting: 0)
        #expect(watch.endBy == start + 30)
        watch.look(0, start + 5)
        #expect(watch.endBy == start + 30, "it dies once")
    }

    /// What lay in the pipe when the parent died may be its own.
    @Test func onlyWhatIsWrittenAfterwardsCounts() {
        var watch = ParentWatch()
        watch.look(100, start)
        watch.hear(60)
        watch.hear(40)
        #expect(watch.endBy != nil)
        watch.hear(1)
        #expect(watch.endBy == nil)
        watch.look(0, start + 60)
        #expect(watch.endBy == nil, "heard once is heard for good")
    }

    /// A process with all its places taken reads nothing: what waits tells as well.
    @Test func whatWaitsCountsToo() {
        var watch = ParentWatch()
        watch.look(100, start)
        watch.hear(20, waiting: 80)
        #expect(watch.endBy != nil)
        watch.hear(0, waiting: 81)
        #expect(watch.endBy == nil)
    }
}
