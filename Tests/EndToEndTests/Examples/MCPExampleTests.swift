import Foundation
import TestSupport
import Testing

/// The configurations under `examples/mcp` are what they say: each one's command starts this program, which lists
/// tools.
@Suite(.ownThread)
struct MCPExampleTests {
    private struct Configuration {
        var command = ""
        var arguments: [String] = []
        var environment: [String: String] = [:]
    }

    private static let folder = Repository.root + "/examples/mcp"
    private static let names = (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []
    private static let configurations = names.filter { !$0.hasSuffix(".md") }

    @Test func everyHostHasOne() throws {
        #expect(Self.configurations.count == 6)
        let table = String(decoding: try Repository.bytes(Self.folder + "/README.md"), as: UTF8.self)
        for name in Self.configurations { #expect(table.contains("`\(name)`"), "\(name)") }
    }

    @Test(arguments: configurations)
    func itStartsTheProgramAndListsTools(name: String) throws {
        let configuration = try Self.read(name)
        #expect(configuration.command == "engagement-rpc")
        let isWorkspace = name.contains("workspace")
        #expect(configuration.arguments.contains("--sandbox") != isWorkspace)
        // Found on the PATH, as a host finds it, and with no more of an environment than a host gives.
        let path = URL(fileURLWithPath: Setup.binary).deletingLastPathComponent().path
        var setup = Setup([configuration.command] + configuration.arguments)
        setup.program = "/usr/bin/env"
        setup.environment = ["PATH": path + ":/usr/bin:/bin", "HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no"]
            .merging(configuration.environment) { $1 }
        for era in [Era.november2025, .july2026] {
            let host = try era.begin(setup)
            let tools = try host.ask(era.request("1", "tools/list")).elements("result", "tools")
            #expect(tools.first?.string("name") == "engagement_get")
            let read = try host.ask(era.toolCall("2", "engagement_get", #"{"engagement_id":"ngmt_sandbox01"}"#))
            #expect(read.bool("result", "isError") == isWorkspace, "\(read)")
            try host.finish()
        }
    }

    private static func read(_ name: String) throws -> Configuration {
        let bytes = try Repository.bytes(folder + "/" + name)
        return name.hasSuffix(".toml") ? try readTOML(String(decoding: bytes, as: UTF8.self)) : try readJSON(bytes)
    }

    private static func readJSON(_ bytes: [UInt8]) throws -> Configuration {
        let root = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        let servers = (root?["mcpServers"] ?? root?["servers"]) as? [String: Any]
        let server = try #require(servers?["engagement-rpc"] as? [String: Any])
        var configuration = Configuration()
        configuration.command = server["command"] as? String ?? ""
        configuration.arguments = server["args"] as? [String] ?? []
        configuration.environment = server["env"] as? [String: String] ?? [:]
        return configuration
    }

    /// As much of TOML as that file has: a table's head, and members whose values are JSON too.
    private static func readTOML(_ text: String) throws -> Configuration {
        var configuration = Configuration()
        #expect(text.hasPrefix("[mcp_servers.engagement-rpc]\n"))
        for line in text.split(separator: "\n").dropFirst() {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            let value = try JSONSerialization.jsonObject(with: Data(parts[1].utf8), options: .fragmentsAllowed)
            if parts[0] == "command" { configuration.command = value as? String ?? "" }
            if parts[0] == "args" { configuration.arguments = value as? [String] ?? [] }
        }
        return configuration
    }
}
