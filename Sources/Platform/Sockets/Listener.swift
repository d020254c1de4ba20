import Glibc

/// A port of 127.0.0.1 that accepts connections.
package struct Listener: Sendable {
    /// Readable when a client wants to connect.
    package let descriptor: FileDescriptor

    /// Connections that wait to be accepted, at most.
    private static let backlog: Int32 = 1024

    /// That port, or one that the system chooses. Throws the call that failed.
    package init(port: UInt16 = 0) throws(Fault) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        guard let descriptor = FileDescriptor.socket(AF_INET, type, 0) else { throw Fault(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // Connections of an earlier process may linger on the port; its listener may not. A port that the system
        // chooses is to be a free one, and may be asked for by the next process.
        if port != 0 { descriptor.takeOver() }
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor.number, $0, size) == 0 }
        }
        if port == 0 { descriptor.takeOver() }
        guard isBound, listen(descriptor.number, Self.backlog) == 0 else {
            let fault = Fault(call: isBound ? "listen" : "bind")
            descriptor.close()
            throw fault
        }
        self.descriptor = descriptor
    }

    /// Why there is no listener.
    package struct Fault: Error {
        package let call: String
        package let error: SystemError

        init(call: String) { (self.call, error) = (call, .last) }
    }

    /// Accepts a connection: non-blocking, not inherited, without delay for small pieces.
    package func accept() throws(SystemError) -> FileDescriptor {
        let number = Glibc.accept(descriptor.number, nil, nil)
        guard number >= 0 else { throw .last }
        let connection = FileDescriptor(number)
        // Glibc's `accept4` is not visible to Swift. This process starts no other one between these calls.
        connection.keepFromChildren()
        connection.stopBlocking()
        connection.stopDelaying()
        return connection
    }
}
