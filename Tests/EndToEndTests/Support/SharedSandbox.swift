import TestSupport

/// `engagement-rpc sandbox`: a process that runs a workspace for others.
struct SharedSandbox {
    let host: HostProcess
    /// What it printed.
    let url: String

    /// Starts one, and waits for its URL.
    init(_ arguments: [String] = [], input: Setup.Wiring = .pipe) throws {
        var setup = Setup(["sandbox"] + arguments)
        setup.checks = .text
        setup.input = input
        let host = try HostProcess(setup)
        try host.wait(within: bound(10), for: "the URL") { host.outputText.contains("\n") }
        self.host = host
        url = String(host.outputText.prefix { $0 != "\n" })
    }

    /// A process that uses it.
    func client(_ arguments: String...) throws -> HostProcess {
        try HostProcess(["--sandbox-at", url] + arguments)
    }

    /// One call, by a process of its own; its result on one line.
    func call(_ words: String...) throws -> Command {
        try Command(["call"] + words + ["--sandbox-at", url, "--compact"])
    }
}
