import Foundation
import Glibc

/// The kernel's facts about a running process; nil for unknown ones.
extension HostProcess {
    /// Resident memory in KiB.
    public var residentKiB: Int? { status("VmRSS:") }
    /// The most resident memory so far, in KiB.
    public var peakResidentKiB: Int? { status("VmHWM:") }
    /// The number of threads.
    public var threads: Int? { status("Threads:") }

    /// The number of open descriptors.
    public var openDescriptors: Int? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd"))?.count
    }

    /// The command line; NULs separate the arguments.
    public var commandLine: String? { read("cmdline") }
    /// The environment as the kernel shows it now.
    public var visibleEnvironment: String? { read("environ") }

    /// Processor time used so far, in seconds, to a hundredth.
    public var processorSeconds: Double? {
        guard let line = read("stat"), let close = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func status(_ name: String) -> Int? {
        let line = read("status")?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
    }

    private func read(_ file: String) -> String? {
        (try? Repository.bytes("/proc/\(pid)/\(file)")).map { String(decoding: $0, as: UTF8.self) }
    }
}
