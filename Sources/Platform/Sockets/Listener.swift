import Glibc

/// A port of 127.0.0.1 that takes connections.
package struct Listener: Sendable {
    /// Readable when somebody wants to connect.
    package let descriptor: FileDescriptor

    /// Connections that wait to be accepted, at most.
    private static let backlog: Int32 = 1024

    /// A port of the system's choice. Throws with the call that failed.
    package init() throws(Fault) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        guard let descriptor = FileDescriptor.socket(AF_INET, type, 0) else { throw Fault(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor.number, $0, size) == 0 }
        }
        guard isBound, listen(descriptor.number, Self.backlog) == 0 else {
            let fault = Fault(call: isBound ? "listen" : "bind")
            descriptor.close()
            throw fault
        }
        self.descriptor = descriptor
    }

    /// Why there is none.
    package struct Fault: Error {
        package let call: String
        package let error: SystemError

        init(call: String) { (self.call, error) = (call, .last) }
    }

    /// A connection that neither waits nor is inherited, and sends small pieces at once.
    package func accept() throws(SystemError) -> FileDescriptor {
        let number = Glibc.accept(descriptor.number, nil, nil)
        guard number >= 0 else { throw .last }
        let connection = FileDescriptor(number)
        // Glibc's `accept4` is not visible to Swift. Nothing in this process starts another between these calls.
        connection.keepFromChildren()
        connection.stopBlocking()
        connection.stopDelaying()
        return connection
    }
}
