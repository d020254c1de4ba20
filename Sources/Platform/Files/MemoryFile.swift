import Bytes
import CSystem

/// A file in memory alone, which lives as long as this object.
package final class MemoryFile {
    /// Leads to it, within this process.
    package let path: FilePath
    private let descriptor: FileDescriptor

    /// A file with `content`. Nil where the system has none to give, or no `/proc` to reach it by.
    package init?(_ content: ByteBuffer, name: String) {
        let number = rpc_memory_file(name)
        guard number >= 0 else { return nil }
        descriptor = FileDescriptor(number)
        path = FilePath("/proc/self/fd/\(number)")
        guard (try? descriptor.writeAll(content.bytes)) != nil, FileStatus.isReadable(path) else { return nil }
    }

    deinit { descriptor.close() }
}
