import Bytes
import Platform
import Testing

@Suite struct PipeTests {
    @Test func wakingAndDraining() throws {
        let pipe = try OwnPipe(nonBlocking: true)
        defer { pipe.close() }
        #expect(!pipe.reading.wait(for: .readable, milliseconds: 0))
        for _ in 0..<200 { pipe.writing.wake() }
        #expect(pipe.reading.waitingBytes == 200 && pipe.reading.wait(for: .readable, milliseconds: 0))
        pipe.reading.drain()
        #expect(pipe.reading.waitingBytes == 0 && !pipe.reading.wait(for: .readable, milliseconds: 0))
    }

    /// Into a pipe whose description blocks, without waiting and without losing the order.
    @Test func stagingNeverWaits() throws {
        let shared = try OwnPipe(nonBlocking: false)
        defer { shared.close() }
        let staging = try #require(Staging())
        let bytes = (0..<300_000).map { UInt8($0 % 251) }
        let (room, given) = (ByteBuffer(), ByteBuffer(bytes))
        var (moved, waits) = (0, 0)
        while room.count < bytes.count {
            do throws(SystemError) {
                while moved < bytes.count { moved += try staging.move(given.bytes.dropping(moved), to: shared.writing) }
            } catch {
                #expect(error == .wouldBlock)
                waits += 1
            }
            _ = try shared.reading.read(onto: room, atLeast: 8192)
        }
        #expect(waits > 0 && Array(room.bytes) == bytes)
    }

    @Test func whatNobodyReadsIsTold() throws {
        Signals.ignoreThoseOfWriting()
        let pipe = try OwnPipe(nonBlocking: false)
        pipe.reading.close()
        #expect(throws: SystemError.brokenPipe) { try pipe.writing.writeAll(text: "x") }
        pipe.writing.close()
    }

    @Test func socketsTellWhatLiesOnThem() throws {
        let (ours, theirs) = try FileDescriptor.socketPair()
        defer { ours.close() }
        #expect(ours.unread == .nothing && ours.isConnected)
        #expect(try theirs.send(Bytes("ab")) == 2)
        #expect(ours.unread == .bytes)
        var room = [UInt8](repeating: 0, count: 10)
        #expect(try room.withUnsafeMutableBytes { try ours.receive(into: $0) } == 2)
        #expect(throws: SystemError.wouldBlock) { try room.withUnsafeMutableBytes { try ours.receive(into: $0) } }
        theirs.endWriting()
        #expect(ours.unread == .end)
        theirs.close()
    }

    @Test func aListenerHasAPort() throws {
        let listener = try Listener()
        defer { listener.descriptor.close() }
        #expect(listener.descriptor.localPort > 0)
        #expect(throws: SystemError.wouldBlock) { try listener.accept() }
    }
}
