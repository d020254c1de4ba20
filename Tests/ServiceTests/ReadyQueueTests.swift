import Testing

@testable import Service

@Suite struct ReadyQueueTests {
    /// Behind one connection, or a limit on the rate, it is never empty.
    @Test func aBacklogThatNeverEndsNeedsNoMoreRoom() {
        var queue = ReadyQueue()
        for slot in 0..<64 { queue.append(slot: slot, serial: 0) }
        let before = queue.capacity
        var isInOrder = true
        for turn in 0..<300_000 {
            let next = queue.first
            if next?.slot != turn % 64 || next?.serial != turn / 64 { isInOrder = false }
            queue.removeFirst()
            queue.append(slot: turn % 64, serial: turn / 64 + 1)
        }
        #expect(isInOrder)
        #expect(queue.capacity <= before + 256, "\(queue.capacity)")
    }

    /// Those that are given up while they wait are nobody's, and only the newest of a slot is served.
    @Test func whatIsGivenUpNeedsNoMoreRoom() {
        var queue = ReadyQueue()
        queue.append(slot: 3, serial: 1)
        for serial in 1...100_000 { queue.append(slot: serial % 3, serial: serial) }
        #expect(queue.capacity < 1000, "\(queue.capacity)")
        var left: [Int: Int] = [:]
        while let next = queue.first {
            left[next.slot] = next.serial
            queue.removeFirst()
        }
        #expect(left == [0: 99_999, 1: 100_000, 2: 99_998, 3: 1])
    }
}
