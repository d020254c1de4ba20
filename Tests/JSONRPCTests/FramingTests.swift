import Bytes
import Testing

@testable import JSONRPC

/// Feeds a stream in pieces and tells what frames come, one word each: `m:` and the message, `large`, `bad`.
func frames(_ stream: [UInt8], cutAt cuts: [Int] = [], _ framing: Framing = .auto) -> [String] {
    var reader = FrameReader(framing: framing)
    var found: [String] = []
    func take() {
        while true {
            switch reader.next() {
            case .message(let bytes): found.append("m:" + bytes.text)
            case .tooLarge: found.append("large")
            case .badHeader: found.append("bad")
            case .none: return
            }
        }
    }
    for (start, end) in zip([0] + cuts, cuts + [stream.count]) {
        var rest = stream[start..<end]
        while !rest.isEmpty {
            let room = reader.room()
            let count = min(room.count, rest.count)
            room.copyBytes(from: rest.prefix(count))
            reader.received(count)
            rest = rest.dropFirst(count)
            take()
        }
    }
    reader.end()
    take()
    return found
}

struct Stream: Sendable, CustomTestStringConvertible {
    let text: String
    let frames: [String]
    var testDescription: String { text.debugDescription }

    init(_ text: String, _ frames: [String]) {
        self.text = text
        self.frames = frames
    }
}

@Suite struct FramingTests {
    static let lines = [
        Stream("", []), Stream("\n", []), Stream("\r\n", []), Stream(" \t\r\n\n \n", []),
        Stream("{}\n", ["m:{}"]), Stream("{}", ["m:{}"]), Stream("{}\r\n", ["m:{}"]), Stream("{}\r", ["m:{}"]),
        Stream("{}\n[]\n1\n", ["m:{}", "m:[]", "m:1"]), Stream("{}\n\n\r\n  \n[]", ["m:{}", "m:[]"]),
        Stream("\n \t{}\n", ["m:{}"]), Stream("{} \n", ["m:{} "]), Stream("{}\rx\n", ["m:{}\rx"]),
        Stream("x\u{0B}\n\u{0C}\n", ["m:x\u{0B}", "m:\u{0C}"]), Stream("\u{FEFF}{}\n", ["m:{}"]),
        Stream("{}\n\u{FEFF}[]\n", ["m:{}", "m:\u{FEFF}[]"]), Stream("\u{FEFF}", []),
        Stream("\u{FEFF}\n \n{}", ["m:{}"]),
        Stream("\u{FEFF}\u{FEFF}{}\n", ["m:\u{FEFF}{}"]), Stream(" \u{FEFF}{}\n", ["m:\u{FEFF}{}"]),
        Stream("true\n{}\n", ["m:true", "m:{}"]), Stream("null", ["m:null"]), Stream("X: 1\n{}\n", ["m:X: 1", "m:{}"]),
        Stream("X-Any: 1\r\nY: 2\r\n\r\n{}\n", ["m:X-Any: 1", "m:Y: 2", "m:{}"]), Stream("X: 1", ["m:X: 1"]),
        Stream("x\n", ["m:x"]), Stream("1: 2\n\n", ["m:1: 2"]), Stream(":\n", ["m::"]),
        Stream("a b: 1\n{}", ["m:a b: 1", "m:{}"]),
        // What a program says before it serves.
        Stream("Connecting to plugin...\n{}\n", ["m:Connecting to plugin...", "m:{}"]),
        Stream("Connected\r\n{}\n", ["m:Connected", "m:{}"]), Stream("Content\n{}\n", ["m:Content", "m:{}"]),
        Stream("Contents: 1\n{}\n", ["m:Contents: 1", "m:{}"]), Stream("Conn", ["m:Conn"]), Stream("cc", ["m:cc"]),
        Stream("{}\n\u{0}\n", ["m:{}", "m:\u{0}"]), Stream("{}\u{2028}\n", ["m:{}\u{2028}"]),
        Stream("\"é\u{1F600}\"\nContent-Length: 2\n", ["m:\"é\u{1F600}\"", "m:Content-Length: 2"]),
    ]

    static let headers = [
        Stream("\u{FEFF}Content-Length: 2\r\n\r\n{}", ["m:{}"]),
        Stream("X-Anything: 1\r\nContent-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]", ["m:{}", "m:[]"]),
        Stream("\nx: 1\ny:\ncontent-length: 2\n\n{}", ["m:{}"]),
        Stream("Content-Length: 2\r\n\r\n{}", ["m:{}"]), Stream("content-length:2\n\n{}", ["m:{}"]),
        Stream("CONTENT-LENGTH: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]", ["m:{}", "m:[]"]),
        Stream("\r\n\n Content-Length: 2\r\n\r\n{}\r\n\r\nContent-Length: 1\r\n\r\n1\n", ["m:{}", "m:1"]),
        Stream("Content-Type: x; a=b:c\r\nX:\r\nContent-Length: 3\r\n\r\n{\n}", ["m:{\n}"]),
        Stream("Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\n1", ["m:", "m:1"]),
        Stream("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", ["m:{}"]),
        Stream("Content-Length: 002\r\n\r\n{}", ["m:{}"]),
        Stream("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: -2\r\n\r\n{}", ["bad"]), Stream("Content-Length: +2\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 2.0\r\n\r\n{}", ["bad"]), Stream("Content-Length: 0x2\r\n\r\n{}", ["bad"]),
        Stream("Content-Length:\r\n\r\n{}", ["bad"]), Stream("Content-Length: two\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 18446744073709551616\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 9999999999999\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 999999999999\r\n\r\n{}", ["large"]),
        Stream("Content-Length: 0000000000000000000000000000002\r\n\r\n{}", ["m:{}"]),
        // What follows a bad head may be anything, and is none of our messages.
        Stream("Content-Length: -2\r\n\r\n{}Content-Length: 2\r\n\r\n{}", ["bad"]),
        Stream("Content-Type: x\r\n\r\nContent-Type: x\r\n\r\n", ["bad"]),
        Stream("Content-Type: x\r\n\r\n{}", ["bad"]), Stream("Content-Length\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 5\r\n\r\n{}", ["bad"]), Stream("Content-Length: 5\r\n", ["bad"]),
        Stream("Content-Length: 2\r\n folded\r\n\r\n{}", ["bad"]),
        Stream("Content-Length: 16777217\r\n\r\n", ["large"]),
        Stream("Cache: 1\r\nContent-Length: 2\r\n\r\n{}", ["m:{}"]),
        Stream("CONTENT-type: x\r\ncontent-length: 2\r\n\r\n{}", ["m:{}"]),
        Stream("Content-", ["bad"]), Stream("content-lengt", ["bad"]), Stream("Content-x y\n{}\n", ["bad"]),
        Stream("c", ["bad"]), Stream("Content-Length: 2\r\n\r\n{}c", ["m:{}", "bad"]),
    ]

    /// Whole, byte by byte, and in two pieces cut at every place.
    @Test(arguments: lines + headers)
    func howTheStreamIsSplitMakesNoDifference(stream: Stream) {
        let bytes = Array(stream.text.utf8)
        #expect(frames(bytes) == stream.frames)
        #expect(frames(bytes, cutAt: Array(bytes.indices.dropFirst())) == stream.frames)
        for cut in bytes.indices.dropFirst() { #expect(frames(bytes, cutAt: [cut]) == stream.frames, "cut at \(cut)") }
    }

    @Test func theFramingCanBeSet() {
        #expect(frames(Array("Content-Length: 2\r\n\r\n{}".utf8), .lines) == ["m:Content-Length: 2", "m:{}"])
        #expect(frames(Array("{}\n".utf8), .headers) == ["bad"])
        var reader = FrameReader(framing: .auto)
        #expect(reader.framing == .auto)
        _ = reader.next()
        #expect(reader.framing == .auto, "nothing has decided yet")
    }

    private static let limit = FrameReader.messageLimit

    @Test(arguments: [-1, 0, 1, 2, 3, 70_000, 20_000_000], [true, false])
    func theLimitOfALine(over: Int, hasNewline: Bool) {
        let size = Self.limit + over
        var stream = [UInt8](repeating: 0x31, count: size)
        let isLarge = over > 0
        if hasNewline { stream += Array("\n{}\n".utf8) }
        let expected = [isLarge ? "large" : "m:"] + (hasNewline ? ["m:{}"] : [])
        for cuts in [[], [size - 1], [size], stride(from: 60_000, to: size, by: 60_000).map(\.self)] {
            let found = frames(stream, cutAt: cuts.filter { $0 < stream.count })
            #expect(found.map { $0.count > 10 ? "m:" : $0 } == expected)
        }
    }

    @Test(arguments: [-1, 0, 1, 100_000])
    func theLimitOfAFrame(over: Int) {
        let size = Self.limit + over
        let stream = Array("Content-Length: \(size)\r\n\r\n".utf8) + [UInt8](repeating: 0x31, count: size)
        let found = frames(stream + Array("Content-Length: 2\r\n\r\n{}".utf8), cutAt: [10, 100_000])
        #expect(found.map { $0.count > 10 ? "m:" : $0 } == [over > 0 ? "large" : "m:", "m:{}"])
    }

    /// A gigabyte on one line, or announced by a header, is never held.
    @Test(arguments: [Framing.lines, .headers])
    func whatIsSkippedIsNotHeld(framing: Framing) {
        var reader = FrameReader(framing: framing)
        var most = 0
        var found: [String] = []
        let block = [UInt8](repeating: 0x31, count: 65_536)
        let total = 200 << 20
        func feed(_ bytes: [UInt8]) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let room = reader.room()
                let count = min(room.count, rest.count)
                room.copyBytes(from: rest.prefix(count))
                reader.received(count)
                rest = rest.dropFirst(count)
                most = max(most, reader.pendingCount)
                loop: while true {
                    switch reader.next() {
                    case .none: break loop
                    case .message(let bytes): found.append(bytes.text)
                    case .tooLarge: found.append("large")
                    case .badHeader(let reason):
                        found.append(reason)
                        break loop
                    }
                }
            }
        }
        if framing == .headers { feed(Array("Content-Length: \(total)\r\n\r\n".utf8)) }
        for _ in 0..<total / block.count { feed(block) }
        feed(Array((framing == .headers ? "Content-Length: 2\r\n\r\n{}" : "\n{}\n").utf8))
        #expect(found == ["large", "{}"])
        #expect(most <= Self.limit + 2 * 65_536)
    }

    @Test func aHeaderSectionHasALimit() {
        let long = "Content-Length: 2\r\nX: " + String(repeating: "x", count: 8_100)
        #expect(frames(Array("\(long)\r\n\r\n{}".utf8)) == ["m:{}"])
        #expect(frames(Array("\(long)\(String(repeating: "x", count: 200))\r\n\r\n{}".utf8)) == ["bad"])
        #expect(frames(Array("Content-".utf8) + [UInt8](repeating: 0x63, count: 100_000)) == ["bad"])
    }

    static let reasons: [(String, String)] = [
        ("Content-Length: 2\r\n", "the stream ended inside the headers"),
        ("Conten", "the stream ended inside the headers"),
        ("Content-Length: 5\r\n\r\n{}", "the stream ended inside a message"),
        ("Content-" + String(repeating: "x", count: 9_000), "the header section has no end within 8192 bytes"),
    ]

    @Test(arguments: reasons)
    func whatIsWrongWithAHeadIsTold(stream: String, reason: String) {
        var reader = FrameReader(framing: .auto)
        let bytes = Array(stream.utf8)
        let room = reader.room()
        room.copyBytes(from: bytes)
        reader.received(bytes.count)
        var told: [String] = []
        for _ in 0..<2 {
            if case .badHeader(let text) = reader.next() { told.append(text) }
            reader.end()
        }
        #expect(told == [reason])
    }
}
