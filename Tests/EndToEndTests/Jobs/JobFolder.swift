import Foundation
import TestSupport

/// A folder of a test's own, with a table and a journal; removed when it goes away.
final class JobFolder {
    let path = FileManager.default.temporaryDirectory.path + "/engagement-rpc-job-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    func file(_ name: String) -> String { path + "/" + name }

    /// A file with this text; returns its path.
    @discardableResult
    func write(_ text: String, to name: String = "t.csv") throws -> String {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
        return file(name)
    }

    /// A table of `count` engagements, all with the same people.
    func table(_ count: Int, _ people: String = "cnt_new") throws -> String {
        try write("engagement_id,people\n" + (1...count).map { "ngmt_\($0),\(people)\n" }.joined())
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

    /// The names of all that is in it.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// A job's setup, whose journal is in this folder unless the arguments name another.
    func setup(_ arguments: [String], _ server: JobServer? = nil, environment: [String: String] = [:]) -> Setup {
        var setup = Setup(
            arguments + (server?.server.arguments ?? []),
            environment: ["XDG_STATE_HOME": path + "/state"].merging(environment) { $1 })
        if server != nil { setup.environment["ENGAGEMENT_RPC_TOKEN"] = testToken }
        setup.checks = .text
        return setup
    }

    /// A job from its beginning to its end.
    func run(
        _ arguments: String..., at server: JobServer? = nil, input: String = "",
        environment: [String: String] = [:], within seconds: Double = 60
    ) throws -> Command {
        try Command(setup(arguments, server, environment: environment), input: input, within: seconds)
    }
}
