import Glibc

/// This process: its number, its limits, its end.
package enum ThisProcess {
    package static var id: Int32 { getpid() }
    /// The number of the user whose rights it has.
    package static var userID: UInt32 { geteuid() }

    /// The number of descriptors that it may have; nil if the system does not say.
    package static var descriptorLimit: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// The number of free descriptors from 3 on, up to `most`.
    package static func freeDescriptors(upTo most: Int) -> Int {
        var free: [FileDescriptor] = []
        while free.count < most, let next = FileDescriptor.standardInput.duplicate() { free.append(next) }
        for descriptor in free { descriptor.close() }
        return free.count
    }

    /// The path of the folder that it works in; nil if that is gone.
    package static var folder: String? {
        var room = [CChar](repeating: 0, count: 4096)
        return getcwd(&room, room.count).map { String(cString: $0) }
    }

    /// Prevents core dumps, because the memory contains the token.
    package static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Exits at once. Not with `exit`, because OpenSSL's exit handlers could collide with a resolver thread that still
    /// waits for an answer.
    package static func leave(_ code: Int32) -> Never { _exit(code) }
}
