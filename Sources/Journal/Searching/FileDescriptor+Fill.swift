import Bytes
import Platform

extension FileDescriptor {
    /// Appends `size` bytes of the file from `position` on. Throws if it is shorter.
    func fill(_ block: ByteBuffer, _ size: Int, from position: Int) throws(SystemError) {
        guard block.tryReserve(size) else { throw .noMemory }
        let start = block.count
        while block.count - start < size {
            let left = size - (block.count - start)
            let room = UnsafeMutableRawBufferPointer(rebasing: block.spare(atLeast: left).prefix(left))
            do throws(SystemError) {
                let count = try read(into: room, at: position + block.count - start)
                // The file has become shorter meanwhile.
                guard count > 0 else { throw .inputOutput }
                block.commit(count)
            } catch .interrupted {
                continue
            }
        }
    }
}
