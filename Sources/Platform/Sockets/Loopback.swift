import Glibc

/// Decides which hosts are this machine.
package enum Loopback {
    /// Whether `host`, as parsed out of a URL, is `localhost`, in 127.0.0.0/8, or `::1`. No name is looked up.
    package static func contains(host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return bare.lowercased() == "localhost" || contains(address: bare)
    }

    /// Whether `address` is a numeric address in 127.0.0.0/8, `::1`, or a 127.0.0.0/8 address in IPv6's form.
    package static func contains(address: String) -> Bool {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return false }
        return withUnsafeBytes(of: &six) { bytes in
            let isMapped = bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            return isMapped ? bytes[12] == 127 : bytes[0..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
        }
    }

    /// The same for a C string; the usual address is compared first.
    package static func contains(cAddress address: UnsafePointer<CChar>) -> Bool {
        strcmp(address, "127.0.0.1") == 0 || contains(address: String(cString: address))
    }
}
