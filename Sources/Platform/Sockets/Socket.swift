import Bytes
import CSystem
import Glibc

/// The calls of sockets: reads and writes that never wait, ports and ends. None raises SIGPIPE.
extension FileDescriptor {
    /// A socket that children don't inherit; nil if there is none left.
    package static func socket(_ family: Int32, _ type: Int32, _ protocolNumber: Int32) -> FileDescriptor? {
        let number = rpc_socket(family, type | Int32(SOCK_CLOEXEC.rawValue), protocolNumber)
        return number >= 0 ? FileDescriptor(number) : nil
    }

    /// Reads what is there without waiting. Returns 0 at the end.
    package func receive(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let count = recv(number, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { throw .last }
        return count
    }

    /// Writes as much as fits without waiting.
    ///
    /// - Parameter isMoreComing: whether the system may delay the bytes, to send them with the next ones.
    package func send(_ bytes: Bytes, isMoreComing: Bool = false) throws(SystemError) -> Int {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL) | (isMoreComing ? Int32(MSG_MORE) : 0)
        let count = Glibc.send(number, bytes.baseAddress, bytes.count, flags)
        guard count >= 0 else { throw .last }
        return count
    }

    /// What waits to be read.
    package enum Unread { case nothing, bytes, end }

    /// What waits to be read; it stays unread.
    package var unread: Unread {
        var byte: UInt8 = 0
        let count = recv(number, &byte, 1, Int32(truncatingIfNeeded: Int(MSG_PEEK) | Int(MSG_DONTWAIT)))
        if count < 0 { return errno == EAGAIN ? .nothing : .end }
        return count == 0 ? .end : .bytes
    }

    /// Tells the peer that no more bytes will come.
    package func endWriting() { shutdown(number, Int32(SHUT_WR)) }

    /// Ends a connection at once, for both sides.
    package func endBoth() { shutdown(number, Int32(SHUT_RDWR)) }

    /// Makes it send small pieces at once.
    func stopDelaying() {
        var on: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Lets it have a port on which old connections linger.
    func takeOver() {
        var on: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The local port; 0 without one.
    package var localPort: UInt16 {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(number, start, &size) == 0
            else { return 0 }
            // The port is at the same offset for IPv4 and IPv6.
            return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// Whether the socket has a peer.
    package var isConnected: Bool {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return getpeername(number, start, &size) == 0
        }
    }

    /// Two sockets that are connected to each other, which children don't inherit.
    package static func socketPair() throws(SystemError) -> (FileDescriptor, FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .last
        }
        return (FileDescriptor(ends[0]), FileDescriptor(ends[1]))
    }
}
