import Glibc

/// A pipe of our own, which children don't inherit.
package struct OwnPipe: Sendable {
    package let reading: FileDescriptor
    package let writing: FileDescriptor

    /// A pipe; throws when no descriptors are left for it.
    package init(nonBlocking: Bool) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .last }
        (reading, writing) = (FileDescriptor(ends[0]), FileDescriptor(ends[1]))
        for end in [reading, writing] {
            end.keepFromChildren()
            if nonBlocking { end.stopBlocking() }
        }
    }

    package func close() {
        reading.close()
        writing.close()
    }
}
