import HTTP
import Platform

/// What is known of the process that started this one. When it dies, the pipes may live on: in a host that it was only
/// the launcher of, or in a stranger that never writes. A host that writes after the death is the first.
struct ParentWatch {
    private let parent = ParentProcess()
    /// Readable when the parent is gone; `none` where it has to be asked for.
    var descriptor: FileDescriptor { parent.descriptor }
    /// When to end unless the host is heard of; nil while the parent lives, and once the host was heard.
    private(set) var endBy: Instant?
    private var isOrphaned = false
    /// Bytes that were written before the death, and bytes that were read after it.
    private var (before, after) = (0, 0)

    /// Seconds that a host has to write something.
    private static let patience = 30.0
    /// Seconds after which to ask for the parent where nothing tells of its death.
    static let askingSeconds = 5.0

    /// The descriptor has told, or it is time to ask; so many bytes have waited to be read.
    mutating func look(_ waiting: Int, _ now: Instant) {
        guard !isOrphaned, descriptor.isSome || parent.isGone else { return }
        isOrphaned = true
        before = waiting
        endBy = now + (Self.patience - (descriptor.isSome ? 0 : Self.askingSeconds))
    }

    /// So many bytes were read, and so many wait.
    mutating func hear(_ count: Int, waiting: Int = 0) {
        guard endBy != nil else { return }
        after += count
        if after + waiting > before { endBy = nil }
    }
}
