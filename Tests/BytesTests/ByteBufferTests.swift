import Bytes
import Testing

@Suite struct ByteBufferTests {
    static func contents(_ buffer: ByteBuffer) -> [UInt8] { withExtendedLifetime(buffer) { Array(buffer.bytes) } }

    static func text(_ buffer: ByteBuffer) -> String { String(decoding: contents(buffer), as: UTF8.self) }

    @Test(arguments: [-1, 0, 1, 64, 65, 1_000])
    func capacity(_ wanted: Int) {
        let buffer = ByteBuffer(capacity: wanted)
        #expect(buffer.capacity == max(64, wanted) && buffer.count == 0 && Self.contents(buffer).isEmpty)
    }

    @Test func appendsOfEveryKind() {
        let buffer = ByteBuffer()
        buffer.append(UInt8(ascii: "a"))
        buffer.append("bc")
        buffer.append(text: "dé")
        buffer.append(Bytes("fg"))
        buffer.append(Bytes(start: nil, count: 0))
        buffer.append("")
        buffer.append(text: "")
        buffer.append(ByteBuffer("hi".utf8))
        #expect(Self.text(buffer) == "abcdéfghi")
    }

    @Test func prepends() {
        let buffer = ByteBuffer(capacity: 64)
        for (text, all) in [
            ("b", "b"), ("", "b"), (String(repeating: "a", count: 100), String(repeating: "a", count: 100) + "b"),
        ] {
            buffer.prepend(ByteBuffer(text: text))
            #expect(Self.text(buffer) == all)
        }
    }

    @Test func growsByAtLeastDoubling() {
        let buffer = ByteBuffer(capacity: 64)
        var capacities: Set<Int> = []
        for index in 0..<100_000 {
            buffer.append(UInt8(truncatingIfNeeded: index))
            capacities.insert(buffer.capacity)
        }
        #expect(capacities.count <= 12)
        #expect(Self.contents(buffer) == (0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        buffer.reserve(1_000_000)
        #expect(buffer.capacity >= 1_100_000 && buffer.count == 100_000)
        let capacity = buffer.capacity
        buffer.reserve(0)
        buffer.reserve(capacity - buffer.count)
        #expect(buffer.capacity == capacity)
    }

    @Test func appendsItself() {
        let buffer = ByteBuffer((0..<64).map { UInt8($0) })
        let once = Self.contents(buffer)
        for _ in 0..<5 { buffer.append(buffer) }
        #expect(Self.contents(buffer) == Array(repeatElement(once, count: 32).joined()))
    }

    @Test(arguments: [
        0, 1, -1, 9, 10, 99, 100, -100, 1_234_567_890, Int.max, Int.min, Int(Int32.max), Int(UInt32.max) + 1,
    ])
    func decimal(_ number: Int) {
        let buffer = ByteBuffer("n=".utf8)
        buffer.append(decimal: number)
        #expect(Self.text(buffer) == "n=\(number)")
    }

    @Test func removesFromTheFront() {
        let buffer = ByteBuffer("abcdef".utf8)
        buffer.removeFirst(0)
        #expect(Self.text(buffer) == "abcdef")
        buffer.removeFirst(2)
        #expect(Self.text(buffer) == "cdef")
        buffer.append("gh")
        buffer.removeFirst(5)
        #expect(Self.text(buffer) == "h")
        buffer.removeFirst(1)
        #expect(buffer.count == 0)
        buffer.removeFirst(0)
    }

    @Test func truncates() {
        let buffer = ByteBuffer("abcdef".utf8)
        buffer.truncate(to: 6)
        buffer.truncate(to: 2)
        buffer.append("x")
        #expect(Self.text(buffer) == "abx")
        buffer.truncate(to: 0)
        #expect(buffer.count == 0)
    }

    @Test func spareAndCommit() {
        let buffer = ByteBuffer("abc".utf8)
        for round in 1...10 {
            let room = buffer.spare(atLeast: 1_000)
            #expect(room.count >= 1_000)
            room[0] = UInt8(round)
            room[1] = 0xFF
            buffer.commit(1)
        }
        #expect(Self.contents(buffer) == Array("abc".utf8) + (1...10).map { UInt8($0) })
        _ = buffer.spare(atLeast: 0)
        buffer.commit(0)
        buffer.mutableBytes[0] = UInt8(ascii: "A")
        #expect(Self.contents(buffer).first == UInt8(ascii: "A"))
    }

    @Test(arguments: [-1, 0, 1, 100, 5_000])
    func shrinks(_ limit: Int) {
        let buffer = ByteBuffer(capacity: 10_000)
        buffer.append("abc")
        buffer.shrink(to: limit)
        #expect(buffer.capacity == max(64, limit) && Self.text(buffer) == "abc")
        buffer.truncate(to: 0)
        buffer.shrink(to: limit)
        for _ in 0..<20_000 { buffer.append(0x41) }
        #expect(Self.contents(buffer).allSatisfy { $0 == 0x41 })
    }

    @Test func shrinkNeverCutsOrGrows() {
        let buffer = ByteBuffer(capacity: 64)
        buffer.shrink(to: 1_000)
        #expect(buffer.capacity == 64)
        for _ in 0..<500 { buffer.append(0x42) }
        buffer.shrink(to: 100)
        #expect(buffer.capacity == 500 && buffer.count == 500)
    }

    /// Against an array that goes through the same steps.
    @Test(arguments: 1...5)
    func sameAsAnArray(_ seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        let buffer = ByteBuffer(capacity: 0)
        var model: [UInt8] = []
        for _ in 0..<2_000 {
            switch random(6) {
            case 0, 1:
                let bytes = (0..<random(100)).map { UInt8(truncatingIfNeeded: $0) }
                bytes.withUnsafeBytes { buffer.append($0) }
                model += bytes
            case 2:
                let byte = UInt8(random(256))
                buffer.append(byte)
                model.append(byte)
            case 3:
                let length = random(model.count + 1)
                buffer.removeFirst(length)
                model.removeFirst(length)
            case 4:
                let length = model.count - random(min(20, model.count + 1))
                buffer.truncate(to: length)
                model.removeLast(model.count - length)
            default: buffer.shrink(to: random(200))
            }
            guard Self.contents(buffer) == model else {
                Issue.record("differs")
                return
            }
        }
    }
}
