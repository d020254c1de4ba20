import Bytes
import Glibc
import TestSupport
import Testing

@testable import Runtime

@Suite struct PollSetTests {
    private func contents(_ set: PollSet) -> [Int32: Int16] {
        Dictionary(uniqueKeysWithValues: set.entries.map { ($0.fd, $0.events) })
    }

    @Test func oneEntryPerDescriptor() {
        var set = PollSet()
        set.set(5, 1)
        set.set(9, 4)
        set.set(5, 4)
        #expect(contents(set) == [5: 4, 9: 4])
        set.remove(5)
        set.remove(5)
        set.remove(-1)
        set.remove(1000)
        set.set(-1, 1)
        #expect(contents(set) == [9: 4])
        set.set(5, 1)
        set.remove(9)
        #expect(contents(set) == [5: 1])
    }

    /// The same as a dictionary, whatever is done.
    @Test func againstADictionary() {
        var (set, model) = (PollSet(), [Int32: Int16]())
        var seed: UInt64 = 7
        for _ in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let descriptor = Int32(seed >> 33 & 31)
            if seed >> 60 < 7 {
                set.remove(descriptor)
                model[descriptor] = nil
            } else {
                let events = Int16(seed >> 40 & 7)
                set.set(descriptor, Int32(events))
                model[descriptor] = events
            }
        }
        #expect(contents(set) == model)
    }

    @Test func waiting() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        var set = PollSet()
        set.set(ends[0], Int32(POLLIN))
        let start = Deadline.now
        #expect(set.wait(seconds: 0.05) == 0)
        #expect((0.045...1).contains(Deadline.now - start))
        #expect(set.wait(seconds: -5) == 0 && set.wait(seconds: 0) == 0)
        _ = write(ends[1], "x", 1)
        #expect(set.wait(seconds: nil) == 1 && set.entries[0].revents == Int16(POLLIN))
        set.set(ends[0], 0)
        #expect(set.wait(seconds: 0) == 0)
        close(ends[1])
        #expect(set.wait(seconds: 0) == 1, "a closed end shows unasked")
        set.remove(ends[0])
        #expect(set.wait(seconds: 0) == 0)
    }
}

/// One direction of the conversation with the host, over a pipe, a socket and a file.
@Suite struct StreamTests {
    enum Wiring: CaseIterable { case pipe, socket }

    private func pair(_ wiring: Wiring) throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let made = wiring == .pipe ? pipe(&ends) : socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        try #require(made == 0)
        return (ends[0], ends[1])
    }

    @Test(arguments: Wiring.allCases)
    func reading(wiring: Wiring) throws {
        let ends = try pair(wiring)
        let stream = Runtime.Stream(taking: ends.read, O_RDONLY)
        var room = [UInt8](repeating: 0, count: 10)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .wouldBlock)
        _ = write(ends.write, "hello, you there", 16)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .moved(10))
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .moved(6))
        #expect(fcntl(ends.read, F_GETFL) & O_NONBLOCK == 0, "the host's own description stays as it was")
        close(ends.write)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .ended)
        close(stream.descriptor)
        close(ends.read)
    }

    @Test(arguments: Wiring.allCases)
    func writing(wiring: Wiring) throws {
        signal(SIGPIPE, SIG_IGN)
        let ends = try pair(wiring)
        let stream = Runtime.Stream(taking: ends.write, O_WRONLY)
        close(ends.write)
        let queue = ChunkQueue()
        for number in 0..<400 { _ = queue.append(ByteBuffer([UInt8](repeating: UInt8(number % 251), count: 20_000))) }
        let total = queue.count
        var (got, blocked) = (0, false)
        var block = [UInt8](repeating: 0, count: 65_536)
        var isRight = true
        while got < total {
            if stream.write(queue) == .wouldBlock { blocked = true }
            let count = read(ends.read, &block, block.count)
            for index in 0..<max(0, count) where block[index] != UInt8((got + index) / 20_000 % 251) { isRight = false }
            got += max(0, count)
        }
        #expect(blocked && isRight && queue.count == 0)
        #expect(stream.write(queue) == .moved(0))
        close(ends.read)
        _ = queue.append(ByteBuffer("x".utf8))
        #expect(stream.write(queue) == .ended)
        close(stream.descriptor)
    }
}
