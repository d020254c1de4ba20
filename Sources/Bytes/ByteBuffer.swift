import CSystem

/// Borrowed bytes. Valid only as long as their owner says; never kept across a turn of the loop.
public typealias Bytes = UnsafeRawBufferPointer

/// Growable bytes with one owner, in one `malloc` block.
///
/// `realloc` moves a large block by remapping its pages, so a 64 MiB answer grows without being copied. A class, so
/// that handing a finished frame from the transfer to the output queue is a reference and not a copy. Not thread-safe.
///
/// What finds no memory is not appended, and the buffer says from then on that it is not whole (`isIncomplete`):
/// whoever sends it away has to look.
public final class ByteBuffer {
    /// Bytes in use.
    public private(set) var count = 0
    /// Bytes allocated.
    public private(set) var capacity: Int
    /// Whether something that was appended found no memory and is missing. Until the buffer is emptied.
    public private(set) var isIncomplete = false
    @usableFromInline var base: UnsafeMutableRawPointer

    /// An empty buffer with room for `capacity` bytes (at least 64), or for few where there is no memory for so many.
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

    /// The bytes in use. Invalid after the next mutation, and once nothing holds the buffer: never ask a temporary for
    /// them, because it is gone before they are read.
    public var bytes: Bytes { Bytes(start: base, count: count) }

    /// The bytes in use, writable. Invalid after the next append.
    public var mutableBytes: UnsafeMutableRawBufferPointer { .init(start: base, count: count) }

    /// Makes room for `extra` more bytes, if there is memory for them; at least doubles when it has to grow.
    public func reserve(_ extra: Int) { _ = tryReserve(extra) }

    /// Makes room for `extra` more bytes, as `reserve` does; false, and nothing has changed, when there is not so much
    /// memory, or not enough of it would be left for everything else.
    public func tryReserve(_ extra: Int) -> Bool {
        guard extra > capacity - count else { return true }
        // Twice as much, so that many small ones cost little; no more than is needed where there is not so much.
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

    /// Whether there is memory for `size` more bytes and then still some for everything else. For what allocates
    /// without being able to fail: to be asked before it does that by an amount that comes from outside.
    public static func hasMemory(for size: Int) -> Bool {
        guard let all = rpc_pages(size + restForOthers) else { return false }
        rpc_free_pages(all, size + restForOthers)
        return true
    }

    /// From which size on it is looked whether enough is left.
    public static let largeSize = 1024 * 1024
    private static let restForOthers = 16 * 1024 * 1024
    private static let leastSize = 4096

    /// Something of what belongs here could not be made.
    public func markIncomplete() { isIncomplete = true }

    /// Room for `extra` more bytes, or it is noted that they are missing.
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

    /// Appends a copy of the other buffer's bytes; `other` may be this very buffer.
    public func append(_ other: ByteBuffer) {
        // First the room: growing moves the bytes, and borrowed ones would be left behind.
        if other.isIncomplete { isIncomplete = true }
        if makeRoom(other.count) { append(other.bytes) }
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) {
        guard count < capacity || makeRoom(1) else { return }
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Puts a copy of the other buffer's bytes before all that is there.
    public func prepend(_ other: ByteBuffer) {
        if other.isIncomplete { isIncomplete = true }
        guard makeRoom(other.count) else { return }
        rpc_move(base + other.count, base, count)
        rpc_copy(base, other.base, other.count)
        count += other.count
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
    public func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { room in
            var at = room.count
            repeat {
                at -= 1
                room[at] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            append(Bytes(rebasing: room[at...]))
        }
    }

    /// Bytes that may be written after `count`, at least `atLeast` of them where there is memory; then say how many
    /// were with `commit`.
    public func spare(atLeast: Int) -> UnsafeMutableRawBufferPointer {
        reserve(atLeast)
        return .init(start: base + count, count: capacity - count)
    }

    /// Counts `written` bytes of the spare room as in use.
    public func commit(_ written: Int) {
        precondition(written >= 0 && written <= capacity - count)
        count += written
    }

    /// Forgets everything after the first `length` bytes.
    public func truncate(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
        if length == 0 { isIncomplete = false }
    }

    /// Drops the first `length` bytes; the rest moves to the front.
    public func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count)
        rpc_move(base, base + length, count - length)
        count -= length
    }

    /// Gives memory above `limit` bytes back, so that one large message is not paid for ever after.
    public func shrink(to limit: Int) {
        // Never 0: `realloc` would free the block and return nothing.
        let target = max(limit, count, 64)
        guard capacity > target, let moved = rpc_resized(base, target) else { return }
        (base, capacity) = (moved, target)
    }
}
