import HTTP
import Platform

/// Watches the process that started this one. When it dies, another process may still hold the pipes: the host, if the
/// parent was only its launcher, or a stranger that never writes. One that writes after the death is the host.
struct ParentWatch {
    private let parent = ParentProcess()
    /// Readable when the parent is gone; `none` when the loop must ask instead.
    var descriptor: FileDescriptor { parent.descriptor }
    /// When to end unless the host writes; nil while the parent lives, and after the host has written.
    private(set) var endBy: Instant?
    private var isOrphaned = false
    /// Bytes written before the death, and bytes read after it.
    private var (before, after) = (0, 0)

    /// Seconds that the host has to write something.
    private static let patience = 30.0
    /// Seconds between two looks at the parent when no descriptor reports its death.
    static let askingSeconds = 5.0

    /// Looks whether the parent has gone, because the descriptor reports it or it is time to look. `waiting`: unread
    /// bytes.
    mutating func look(_ waiting: Int, _ now: Instant) {
        guard !isOrphaned, descriptor.isSome || parent.isGone else { return }
        isOrphaned = true
        before = waiting
        endBy = now + (Self.patience - (descriptor.isSome ? 0 : Self.askingSeconds))
    }

    /// Notes that `count` bytes were read, and that `waiting` bytes are unread.
    mutating func hear(_ count: Int, waiting: Int = 0) {
        guard endBy != nil else { return }
        after += count
        if after + waiting > before { endBy = nil }
    }
}
