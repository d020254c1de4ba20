import Bytes
import Glibc

/// Folders of the file system.
package enum Folder {
    /// Makes the folder at an absolute path and those above it that are missing, for their owner alone.
    package static func make(_ path: FilePath) throws(SystemError) {
        var part = ""
        for name in path.text.split(separator: "/") {
            part += "/\(name)"
            guard mkdir(part, 0o700) != 0, errno != EEXIST else { continue }
            // A folder that may not be written to is there as well.
            let error = SystemError.last
            guard let status = try? FileStatus(at: FilePath(part)), status.kind == .folder else { throw error }
        }
    }

    /// Takes the file at a path out of its folder, if it is there.
    package static func remove(_ path: FilePath) { _ = path.withCString { unlink($0) } }
}
