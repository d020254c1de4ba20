import CSystem

/// Borrowed bytes. Valid only while their owner says so; never kept across a turn of the loop.
public typealias Bytes = UnsafeRawBufferPointer

/// Growable bytes with one owner, in one `malloc` block.
///
/// `realloc` moves a large block by remapping its pages, so a 64 MiB answer grows without copies. A class, so that the
/// transfer hands a finished frame to the output queue as a reference, not as a copy. Not thread-safe.
///
/// Without memory, an append adds nothing and marks the buffer as `isIncomplete`. Whoever sends the buffer must check
/// that.
public final class ByteBuffer {
    /// Bytes in use.
    public private(set) var count = 0
    /// Bytes allocated.
    public private(set) var capacity: Int
    /// Whether an append found no memory, so bytes are missing. Emptying the buffer resets it.
    public private(set) var isIncomplete = false
    @usableFromInline var base: UnsafeMutableRawPointer

    /// An empty buffer with room for `capacity` bytes (at least 64), or for few bytes if memory is short.
    public init(capacity: Int = 256) {
        let wanted = max(64, capacity)
        if wanted < Self.largeSize || Self.hasMemory(for: wanted), let block = rpc_block(wanted) {
            (base, self.capacity) = (block, wanted)
        } else {
            (base, self.capacity) = (rpc_certain_block(Self.leastSize), Self.leastSize)
        }
    }

    deinit { rpc_free(base) }

    /// A copy of `bytes`.
    public convenience init(_ bytes: some Sequence<UInt8>) {
        self.init()
        for byte in bytes { append(byte) }
    }

    /// The UTF-8 bytes of `text`.
    public convenience init(text: String) {
        self.init(capacity: text.utf8.count)
        append(text: text)
    }

    /// The bytes in use. Invalid after the next mutation, and once nothing holds the buffer: a temporary buffer is gone
    /// before its bytes are read.
    public var bytes: Bytes { Bytes(start: base, count: count) }

    /// The bytes in use, writable. Invalid after the next append.
    public var mutableBytes: UnsafeMutableRawBufferPointer { .init(start: base, count: count) }

    /// Makes room for `extra` more bytes, if memory allows. Growing at least doubles the capacity if it can.
    public func reserve(_ extra: Int) { _ = tryReserve(extra) }

    /// Makes room for `extra` more bytes, as `reserve` does. False, without a change, if memory is too short, or would
    /// leave too little for everything else.
    public func tryReserve(_ extra: Int) -> Bool {
        guard extra > capacity - count else { return true }
        // Doubles, so that many small appends cost little; if memory is short, grows only as needed.
        return grow(to: max(count + extra, capacity * 2)) || grow(to: count + extra + Self.leastSize)
    }

    private func grow(to wanted: Int) -> Bool {
        let isLarge = wanted >= Self.largeSize
        let rest = isLarge ? rpc_pages(Self.restForOthers) : nil
        if isLarge, rest == nil { return false }
        defer { if let rest { rpc_free_pages(rest, Self.restForOthers) } }
        guard let moved = rpc_resized(base, wanted) else { return false }
        (base, capacity) = (moved, wanted)
        return true
    }

    /// Whether memory is left for `size` more bytes and for everything else. Ask before an allocation that can't fail,
    /// if its size comes from outside.
    public static func hasMemory(for size: Int) -> Bool {
        guard let all = rpc_pages(size + restForOthers) else { return false }
        rpc_free_pages(all, size + restForOthers)
        return true
    }

    /// The size from which on `hasMemory` is asked.
    public static let largeSize = 1024 * 1024
    private static let restForOthers = 16 * 1024 * 1024
    private static let leastSize = 4096

    /// Marks the content as incomplete.
    public func markIncomplete() { isIncomplete = true }

    /// Makes room for `extra` more bytes; false, and marks the content as incomplete, without memory.
    private func makeRoom(_ extra: Int) -> Bool {
        if tryReserve(extra) { return true }
        isIncomplete = true
        return false
    }

    /// Appends a copy of `bytes`, which must not be borrowed from this buffer.
    public func append(_ bytes: Bytes) {
        guard let source = bytes.baseAddress, bytes.count <= capacity - count || makeRoom(bytes.count) else { return }
        rpc_copy(base + count, source, bytes.count)
        count += bytes.count
    }

    /// Appends a copy of the other buffer's bytes; `other` may be this buffer.
    public func append(_ other: ByteBuffer) {
        // Room first: growing moves the bytes, and would invalidate borrowed ones.
        if other.isIncomplete { isIncomplete = true }
        if makeRoom(other.count) { append(other.bytes) }
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) {
        guard count < capacity || makeRoom(1) else { return }
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Inserts a copy of the other buffer's bytes at the front.
    public func prepend(_ other: ByteBuffer) {
        if other.isIncomplete { isIncomplete = true }
        guard makeRoom(other.count) else { return }
        rpc_move(base + other.count, base, count)
        rpc_copy(base, other.base, other.count)
        count += other.count
    }

    /// Puts a copy of `new`, which must not be borrowed from this buffer, in the place of the bytes in `range`. False,
    /// without a change, if there is no memory for it.
    public func replace(_ range: Range<Int>, with new: Bytes) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let growth = new.count - range.count
        guard growth <= 0 || tryReserve(growth) else { return false }
        rpc_move(base + range.lowerBound + new.count, base + range.upperBound, count - range.upperBound)
        if let source = new.baseAddress { rpc_copy(base + range.lowerBound, source, new.count) }
        count += growth
        return true
    }

    /// Appends a literal, without making a `String`.
    public func append(_ literal: StaticString) {
        append(Bytes(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 bytes of `text`.
    public func append(text: String) {
        var text = text
        text.withUTF8 { append(Bytes($0)) }
    }

    /// Appends `number` in decimal.
    ///
    /// - Parameter width: the number of digits, at least; zeros fill it up. 24 at most.
    public func append(decimal number: Int, width: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { room in
            var at = room.count
            let enough = room.count - width
            repeat {
                at -= 1
                room[at] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0 || at > enough
            append(Bytes(rebasing: room[at...]))
        }
    }

    /// Writable bytes after `count`, at least `atLeast` of them if memory allows. Then pass the number written to
    /// `commit`.
    public func spare(atLeast: Int) -> UnsafeMutableRawBufferPointer {
        reserve(atLeast)
        return .init(start: base + count, count: capacity - count)
    }

    /// Adds `written` bytes of the spare room to the bytes in use.
    public func commit(_ written: Int) {
        precondition(written >= 0 && written <= capacity - count)
        count += written
    }

    /// Drops everything after the first `length` bytes.
    public func truncate(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
        if length == 0 { isIncomplete = false }
    }

    /// Drops the first `length` bytes and moves the rest to the front.
    public func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count)
        rpc_move(base, base + length, count - length)
        count -= length
    }

    /// Returns memory above `limit` bytes, so that one large message does not occupy it for ever.
    public func shrink(to limit: Int) {
        // Never 0, because `realloc` would free the block and return NULL.
        let target = max(limit, count, 64)
        guard capacity > target, let moved = rpc_resized(base, target) else { return }
        (base, capacity) = (moved, target)
    }
}
