import Glibc

/// Borrowed bytes. Valid only as long as their owner says; never kept across a turn of the loop.
public typealias Bytes = UnsafeRawBufferPointer

/// Growable bytes with one owner, in one `malloc` block.
///
/// `realloc` moves a large block by remapping its pages, so a 64 MiB answer grows without being copied. A class, so
/// that handing a finished frame from the transfer to the output queue is a reference and not a copy. Not thread-safe.
public final class ByteBuffer {
    /// Bytes in use.
    public private(set) var count = 0
    /// Bytes allocated.
    public private(set) var capacity: Int
    @usableFromInline var base: UnsafeMutableRawPointer

    /// An empty buffer with room for `capacity` bytes (at least 64).
    public init(capacity: Int = 256) {
        self.capacity = max(64, capacity)
        base = Self.allocated(realloc(nil, self.capacity))
    }

    deinit { free(base) }

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

    /// Makes room for `extra` more bytes; at least doubles when it has to grow.
    public func reserve(_ extra: Int) {
        if count + extra > capacity { grow(to: count + extra) }
    }

    /// Makes room for `extra` more bytes, as `reserve` does; false, and nothing has changed, when there is not so much
    /// memory, or not enough of it would be left for everything else.
    public func tryReserve(_ extra: Int) -> Bool {
        guard count + extra > capacity else { return true }
        let wanted = max(count + extra, capacity * 2)
        let rest = wanted < Self.largeSize ? nil : malloc(Self.restForOthers)
        defer { free(rest) }
        guard rest != nil || wanted < Self.largeSize, let moved = realloc(base, wanted) else { return false }
        (base, capacity) = (moved, wanted)
        return true
    }

    private static let largeSize = 1024 * 1024
    private static let restForOthers = 16 * 1024 * 1024

    /// Appends a copy of `bytes`, which must not be borrowed from this buffer.
    public func append(_ bytes: Bytes) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        memcpy(base + count, source, bytes.count)
        count += bytes.count
    }

    /// Appends a copy of the other buffer's bytes; `other` may be this very buffer.
    public func append(_ other: ByteBuffer) {
        // First the room: growing moves the bytes, and borrowed ones would be left behind.
        reserve(other.count)
        append(other.bytes)
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) {
        if count == capacity { grow(to: count + 1) }
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Puts a copy of the other buffer's bytes before all that is there.
    public func prepend(_ other: ByteBuffer) {
        reserve(other.count)
        memmove(base + other.count, base, count)
        memcpy(base, other.base, other.count)
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

    /// Bytes that may be written after `count`, at least `atLeast` of them; then say how many were with `commit`.
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
    }

    /// Drops the first `length` bytes; the rest moves to the front.
    public func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count)
        memmove(base, base + length, count - length)
        count -= length
    }

    /// Gives memory above `limit` bytes back, so that one large message is not paid for ever after.
    public func shrink(to limit: Int) {
        // Never 0: `realloc` would free the block and return nothing.
        let target = max(limit, count, 64)
        guard capacity > target else { return }
        base = Self.allocated(realloc(base, target))
        capacity = target
    }

    private func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        base = Self.allocated(realloc(base, capacity))
    }

    /// Every caller bounds its sizes first (16 MiB in, 64 MiB out), so no memory here means none for the process.
    private static func allocated(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
        guard let pointer else { abort() }
        return pointer
    }
}
