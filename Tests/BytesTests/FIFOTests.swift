import Bytes
import Testing

@Suite struct FIFOTests {
    @Test func firstComeFirstServed() {
        var queue = FIFO<Int>()
        #expect(queue.isEmpty && queue.first == nil && queue.last == nil && queue.removeFirst() == nil)
        for number in 0..<3 { queue.append(number) }
        queue.replaceFirst(with: 9)
        #expect(queue.count == 3 && queue.first == 9 && queue.last == 2)
        #expect((0..<4).map { _ in queue.removeFirst() } == [9, 1, 2, nil] && queue.isEmpty)
    }

    /// What a host that reads slowly leaves behind is never empty.
    @Test func aBacklogThatNeverEndsNeedsNoMoreRoom() {
        var queue = FIFO<Int>()
        for number in 0..<64 { queue.append(number) }
        let before = queue.capacity
        var isInOrder = true
        for number in 0..<300_000 {
            if queue.removeFirst() != number { isInOrder = false }
            queue.append(number + 64)
        }
        #expect(isInOrder && queue.count == 64 && queue.capacity <= before + 256, "\(queue.capacity)")
    }

    @Test func someGoAndTheOthersKeepTheirOrder() {
        var queue = FIFO<Int>()
        for number in 0..<10 { queue.append(number) }
        for _ in 0..<3 { queue.removeFirst() }
        queue.removeAll { $0.isMultiple(of: 2) }
        #expect(queue.count == 4 && (0..<4).map { _ in queue.removeFirst() } == [3, 5, 7, 9])
    }

    /// A large frame that was written is not held until those behind it are.
    @Test func whatWasTakenOutIsLetGo() {
        final class Thing {}
        weak var seen: Thing?
        var queue = FIFO<Thing>()
        do {
            let thing = Thing()
            seen = thing
            queue.append(thing)
            queue.append(Thing())
        }
        #expect(seen != nil)
        queue.removeFirst()
        #expect(seen == nil && queue.count == 1)
    }
}
