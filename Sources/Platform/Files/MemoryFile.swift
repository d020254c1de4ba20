import Bytes
import CSystem

/// A file in memory only, which lives as long as this object.
package final class MemoryFile {
    /// The path of the file, for this process.
    package let path: FilePath
    private let descriptor: FileDescriptor

    /// A file with `content`. Nil when the system has no memory files, or no `/proc` to reach one by.
    package init?(_ content: ByteBuffer, name: String) {
        let number = rpc_memory_file(name)
        guard number >= 0 else { return nil }
        descriptor = FileDescriptor(number)
        path = FilePath("/proc/self/fd/\(number)")
        guard (try? descriptor.writeAll(content.bytes)) != nil, FileStatus.isReadable(path) else { return nil }
    }

    deinit { descriptor.close() }
}
