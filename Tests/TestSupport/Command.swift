/// A process that ran to its end without a conversation, such as `engagement-rpc --help`.
public struct Command: Sendable {
    /// How it ended.
    public let ending: Ending
    /// Everything it wrote on stdout.
    public let output: String
    /// Everything it wrote on stderr.
    public let errors: String

    /// Runs `setup` with `input` as all of stdin. Throws when it does not end in `seconds`.
    public init(_ setup: Setup, input: String = "", within seconds: Double = 10) throws {
        var setup = setup
        setup.checks = .text
        let host = try HostProcess(setup)
        try host.send(input.utf8)
        host.closeInput()
        ending = try host.waitForExit(within: seconds)
        output = host.outputText
        errors = String(decoding: host.errorBytes, as: UTF8.self)
    }

    /// Runs `engagement-rpc` with `arguments` and the minimal environment plus `environment`.
    public init(_ arguments: [String], environment: [String: String] = [:], within seconds: Double = 10) throws {
        try self.init(Setup(arguments, environment: environment), within: seconds)
    }
}
