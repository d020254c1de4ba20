import Bytes
import Glibc

/// Small files for their owner alone, written as a whole.
package enum PrivateFile {
    /// Writes a file: others see what was there before, or all of `content`.
    package static func write(_ content: Bytes, to path: String) throws(SystemError) {
        let part = "\(path).\(ThisProcess.id)"
        let descriptor = try FileDescriptor.open(FilePath(part), [.writing, .appending, .unlinked])
        do throws(SystemError) {
            // What a process of the same number has left there goes.
            descriptor.truncate(to: 0)
            try descriptor.writeAll(content)
        } catch {
            descriptor.close()
            unlink(part)
            throw error
        }
        descriptor.close()
        guard rename(part, path) == 0 else {
            let error = SystemError.last
            unlink(part)
            throw error
        }
    }

    /// What is in a file; nil if it is not a regular file of this user's, open to nobody else, or if it is longer.
    package static func content(_ path: FilePath, limit: Int) -> ByteBuffer? {
        guard let status = try? FileStatus(at: path), status.kind == .file, status.isOurs, !status.isOpenToOthers else {
            return nil
        }
        return ReadableFile.whole(path, limit: limit)
    }
}
