/// Handmade compressed streams, so that a bomb needs no compressor (RFC 1951, RFC 1952).
public enum Gzip {
    /// A gzip stream that decodes to `bytes` spaces, at about a 159th of their size. `bytes` is rounded to 1 + 258·n.
    public static func bomb(bytes: Int) -> [UInt8] {
        let repeats = max(0, bytes - 1) / 258
        var stream = BitStream()
        stream.put(0b1, 1)  // the last block
        stream.put(0b01, 2)  // fixed codes
        stream.putCode(0x30 + 0x20, 8)  // a space
        // "258 bytes from 1 back" has 13 bits, so eight of them end at the same bit of a byte.
        let period = 8
        for _ in 0..<min(repeats, 2 * period) { stream.putMatch() }
        if repeats > 2 * period {
            let whole = stream.bytes.suffix(13)
            for _ in 0..<(repeats - 2 * period) / period { stream.bytes.append(contentsOf: whole) }
            for _ in 0..<(repeats - 2 * period) % period { stream.putMatch() }
        }
        stream.putCode(0, 7)  // end of block
        stream.flush()
        let size = UInt32(truncatingIfNeeded: 1 + 258 * repeats)
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        return head + stream.bytes + little(checksum(spaces: 1 + 258 * repeats)) + little(size)
    }

    /// A gzip stream that decodes to `content`, stored without compression. At most 65,535 bytes.
    public static func stored(_ content: [UInt8]) -> [UInt8] {
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        var state: UInt32 = ~0
        for byte in content { state = next(state, byte) }
        return head + deflate(content) + little(~state) + little(UInt32(content.count))
    }

    /// One stored block of deflate (RFC 1951), without a frame. At most 65,535 bytes.
    public static func deflate(_ content: [UInt8]) -> [UInt8] {
        let length = UInt16(content.count)
        let sizes: [UInt8] = [length, ~length].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        return [1] + sizes + content
    }

    /// The same in zlib's frame (RFC 1950).
    public static func zlib(_ content: [UInt8]) -> [UInt8] {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in content {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return [0x78, 1] + deflate(content) + little(high << 16 | low).reversed()
    }

    /// A brotli stream (RFC 7932) of one uncompressed meta-block. At most 65,536 bytes and at least one.
    public static func brotli(_ content: [UInt8]) -> [UInt8] {
        let head = UInt32(content.count - 1) << 4 | 1 << 20
        return Array(little(head)[..<3]) + content + [3]
    }

    private static func little(_ number: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func next(_ state: UInt32, _ byte: UInt8) -> UInt32 {
        var state = state ^ UInt32(byte)
        for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ 0xEDB8_8320 : state >> 1 }
        return state
    }

    /// CRC-32 of `spaces` spaces, up to a megabyte. A larger stream should be given up long before its end.
    private static func checksum(spaces: Int) -> UInt32 {
        guard spaces <= 1 << 20 else { return 0 }
        var state: UInt32 = ~0
        for _ in 0..<spaces { state = next(state, 0x20) }
        return ~state
    }

    private struct BitStream {
        var bytes: [UInt8] = []
        private var pending: UInt32 = 0
        private var count: UInt32 = 0

        /// The low `bits` of `value`, lowest first.
        mutating func put(_ value: UInt32, _ bits: UInt32) {
            pending |= value << count
            count += bits
            while count >= 8 {
                bytes.append(UInt8(pending & 0xFF))
                pending >>= 8
                count -= 8
            }
        }

        /// A Huffman code: highest bit first.
        mutating func putCode(_ code: UInt32, _ bits: UInt32) {
            for bit in (0..<bits).reversed() { put(code >> bit & 1, 1) }
        }

        mutating func putMatch() {
            putCode(0b1100_0101, 8)  // length 258
            putCode(0, 5)  // distance 1
        }

        mutating func flush() { if count > 0 { put(0, 8 - count) } }
    }
}
