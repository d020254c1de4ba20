import Bytes
import Glibc
import Platform
import Testing

@testable import Runtime

/// One direction of the conversation with the host, over a pipe, a socket and a file.
@Suite struct HostChannelTests {
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
        let stream = HostChannel(taking: FileDescriptor(ends.read), .reading)
        var room = [UInt8](repeating: 0, count: 10)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .wouldBlock)
        _ = write(ends.write, "hello, you there", 16)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .moved(10))
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .moved(6))
        #expect(fcntl(ends.read, F_GETFL) & O_NONBLOCK == 0, "the host's own description stays as it was")
        close(ends.write)
        #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .ended)
        stream.descriptor.close()
        close(ends.read)
    }

    @Test(arguments: Wiring.allCases)
    func writing(wiring: Wiring) throws {
        signal(SIGPIPE, SIG_IGN)
        let ends = try pair(wiring)
        let stream = HostChannel(taking: FileDescriptor(ends.write), .writing)
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
        stream.descriptor.close()
    }
}
