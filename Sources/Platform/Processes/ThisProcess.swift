import Glibc

/// This process: its number, its limits, its end.
package enum ThisProcess {
    package static var id: Int32 { getpid() }

    /// How many descriptors it may have; nil where the system does not tell.
    package static var descriptorLimit: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many descriptors from 3 on are free, up to `most`.
    package static func freeDescriptors(upTo most: Int) -> Int {
        var free: [FileDescriptor] = []
        while free.count < most, let next = FileDescriptor.standardInput.duplicate() { free.append(next) }
        for descriptor in free { descriptor.close() }
        return free.count
    }

    /// Has a crash leave no image of the memory, in which the token stands.
    package static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Ends it at once. Not `exit`: OpenSSL's exit handlers and a resolver thread that still waits for its answer must
    /// not meet.
    package static func leave(_ code: Int32) -> Never { _exit(code) }
}
