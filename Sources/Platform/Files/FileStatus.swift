import Bytes
import Glibc

/// The facts about an open file or a path.
package struct FileStatus: Sendable {
    package enum Kind: Sendable { case file, folder, pipe, socket, characterDevice, other }

    package let kind: Kind
    /// Bytes of a file.
    package let size: Int
    /// Whether this process's user owns it.
    package let isOurs: Bool
    /// Whether anyone but its owner may write to it.
    package let isWritableByOthers: Bool
    /// Whether anyone but its owner may do anything with it.
    package let isOpenToOthers: Bool
    private let place: [UInt64]

    private init(facts: stat) {
        kind =
            switch facts.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            case S_IFCHR: .characterDevice
            default: .other
            }
        size = Int(facts.st_size)
        isOurs = facts.st_uid == geteuid()
        isWritableByOthers = facts.st_mode & (S_IWGRP | S_IWOTH) != 0
        isOpenToOthers = facts.st_mode & (S_IRWXG | S_IRWXO) != 0
        place = [UInt64(facts.st_dev), UInt64(facts.st_ino)]
    }

    /// The facts about an open file.
    package init(_ descriptor: FileDescriptor) throws(SystemError) {
        var facts = stat()
        guard fstat(descriptor.number, &facts) == 0 else { throw .last }
        self.init(facts: facts)
    }

    /// The facts about the file at a path; a symbolic link is not followed.
    package init(at path: FilePath) throws(SystemError) {
        var facts = stat()
        guard path.withCString({ lstat($0, &facts) }) == 0 else { throw .last }
        self.init(facts: facts)
    }

    /// Whether both describe the same file.
    package func isSame(as other: FileStatus) -> Bool { place == other.place }

    /// Whether this process may read the file at a path.
    package static func isReadable(_ path: FilePath) -> Bool { path.withCString { access($0, R_OK) } == 0 }
}
