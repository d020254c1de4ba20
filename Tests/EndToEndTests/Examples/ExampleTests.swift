import Foundation
import TestSupport
import Testing

private let python: String? = {
    if FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") { return "/usr/bin/python3" }
    print("skipped: the examples need /usr/bin/python3")
    return nil
}()

/// The examples do what they say they do. They need a Python 3.
@Suite(.ownThread, .enabled(if: python != nil))
struct ExampleTests {
    @Test func theSandboxTestPasses() throws {
        let command = try Example.run("sandbox-test")
        #expect(command.ending == .exited(0) && command.errors.contains("Ran 4 tests"), "\(command)")
    }
}

/// One run of an example.
enum Example {
    /// Whether there is a Python to run them.
    static var hasPython: Bool { python != nil }

    static func setup(_ name: String, _ arguments: [String], token: String? = nil) -> Setup {
        var setup = Setup([Repository.root + "/examples/" + name] + arguments)
        setup.program = python
        setup.environment["ENGAGEMENT_RPC"] = Setup.binary
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = token
        setup.checks = .text
        return setup
    }

    static func run(_ name: String, _ arguments: [String] = [], token: String? = nil) throws -> Command {
        try Command(setup(name, arguments, token: token), within: 60)
    }
}
