import Bytes
import Platform
import TestSupport
import Testing

@Suite struct PollSetTests {
    private func set(_ wanted: [Int32: PollEvents]) -> [FileDescriptor: PollEvents] {
        Dictionary(uniqueKeysWithValues: wanted.map { (FileDescriptor($0.key), $0.value) })
    }

    @Test func oneEntryPerDescriptor() {
        var set = PollSet()
        set.set(FileDescriptor(5), .readable)
        set.set(FileDescriptor(9), .writable)
        set.set(FileDescriptor(5), .writable)
        #expect(set.waitedFor == self.set([5: .writable, 9: .writable]))
        for number in [5, 5, -1, 1000] as [Int32] { set.remove(FileDescriptor(number)) }
        set.set(.none, .readable)
        #expect(set.waitedFor == self.set([9: .writable]))
        set.set(FileDescriptor(5), .readable)
        set.remove(FileDescriptor(9))
        #expect(set.waitedFor == self.set([5: .readable]))
        set.removeAll()
        #expect(set.waitedFor.isEmpty)
        set.set(FileDescriptor(5), .readable)
        #expect(set.waitedFor == self.set([5: .readable]))
    }

    /// The same as a dictionary, whatever is done.
    @Test func againstADictionary() {
        var (set, model) = (PollSet(), [Int32: PollEvents]())
        var seed: UInt64 = 7
        for _ in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let descriptor = Int32(seed >> 33 & 31)
            if seed >> 60 < 7 {
                set.remove(FileDescriptor(descriptor))
                model[descriptor] = nil
            } else {
                let events = PollEvents(rawValue: Int16(seed >> 40 & 7))
                set.set(FileDescriptor(descriptor), events)
                model[descriptor] = events
            }
        }
        #expect(set.waitedFor == self.set(model))
    }

    @Test func waiting() throws {
        let pipe = try OwnPipe(nonBlocking: false)
        defer { pipe.reading.close() }
        var set = PollSet()
        set.set(pipe.reading, .readable)
        let start = Deadline.now
        #expect(set.wait(seconds: 0.05).isEmpty)
        #expect((0.045...1).contains(Deadline.now - start))
        #expect(set.wait(seconds: -5).isEmpty && set.wait(seconds: 0).isEmpty)
        _ = try pipe.writing.write(Bytes("x"))
        let ready = set.wait(seconds: nil)
        #expect(ready.map(\.descriptor) == [pipe.reading] && ready.map(\.events) == [.readable])
        set.set(pipe.reading, .none)
        #expect(set.wait(seconds: 0).isEmpty)
        pipe.writing.close()
        #expect(set.wait(seconds: 0).map(\.events) == [.hangUp], "a closed end shows unasked")
        set.remove(pipe.reading)
        #expect(set.wait(seconds: 0).isEmpty)
    }
}
