import Foundation
import TestSupport
import Testing

/// A token file that changes while the process runs.
@Suite(.ownThread, .overTLSOnRelease)
struct TokenFileTests {
    private static let (old, new) = ("sk-apik_file.0123old", "sk-apik_file.0123new")

    /// A file of its own with `token`, for `body`.
    private func withFile(_ token: String, mode: mode_t = 0o600, _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "engagement-rpc-token-\(UUID().uuidString)"
        try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, mode)
        defer { unlink(path) }
        try body(path)
    }

    private func replace(_ path: String, with token: String) throws {
        try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        chmod(path, 0o600)
    }

    private func host(_ server: FaultServer, _ path: String, _ arguments: [String] = []) throws -> HostProcess {
        try HostProcess(["--base-url", server.baseURL, "--token-file", path] + arguments)
    }

    /// A server that takes the new token only.
    private func pickyServer() throws -> FaultServer {
        try FaultServer { request in
            let answer: Reaction = request["authorization"] == Self.new ? .ok() : .problem(401)
            return answer.after(milliseconds: 50)
        }
    }

    /// Whoever it belongs to may put another token into it at any time.
    @Test(.enabled(if: getuid() == 0, "needs root")) func anotherUsersFileIsRefused() throws {
        let server = try FaultServer(always: .ok())
        try withFile(Self.old) { path in
            #expect(chown(path, 65_534, 65_534) == 0)
            let host = try host(server, path)
            let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(answer.code == 1005 && answer.string("error", "data", "applied") == "no", "\(answer)")
            #expect(answer.string("error", "message")?.contains("another user") == true, "\(answer)")
            #expect(server.requests.isEmpty)
            try host.finish()
        }
    }

    @Test func aNewTokenIsTriedOnceAndThenKept() throws {
        let server = try pickyServer()
        try withFile(Self.old) { path in
            let host = try host(server, path)
            let unchanged = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(unchanged.code == 401 && unchanged.int("error", "data", "attempts") == 1, "\(unchanged)")
            #expect(unchanged.string("error", "data", "applied") == "no")
            try replace(path, with: Self.new)
            let changed = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(changed.int("result", "meta", "attempts") == 2, "\(changed)")
            let after = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(after.int("result", "meta", "attempts") == 1, "\(after)")
            #expect(server.requests.map { $0["authorization"] } == [Self.old, Self.old, Self.new, Self.new])
            try host.finish()
        }
    }

    /// All of them were sent with the old token, and only one of them can find that the file has changed.
    @Test func callsThatWereUnderWayTakeTheNewTokenToo() throws {
        let server = try pickyServer()
        try withFile(Self.old) { path in
            let host = try host(server, path)
            _ = try host.call("engagement.get", #"["ngmt_first"]"#)
            try replace(path, with: Self.new)
            let ids = try (0..<8).map { try host.begin("engagement.get", #"["ngmt_\#($0)"]"#) }
            for id in ids {
                let answer = try host.answer(to: id)
                #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
            }
            #expect(server.requests.count == 17)
            try host.finish()
        }
    }

    @Test func aFileThatChangesEachTimeIsNoReasonToGoOn() throws {
        try withFile(Self.old) { path in
            let server = try FaultServer { request in
                try? Data("sk-apik_file.\(request.count)\n".utf8).write(to: URL(fileURLWithPath: path))
                return .problem(401)
            }
            let host = try host(server, path)
            let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(answer.code == 401 && answer.int("error", "data", "attempts") == 2, "\(answer)")
            #expect(server.requests.count == 2)
            try host.finish()
        }
    }

    /// A writer that empties the file first, or replaces it by something else, must not cost the token that works.
    @Test(arguments: ["", "two words", "\u{E9}", "directory", "fifo", "gone"])
    func aBrokenReplacementChangesNothing(content: String) throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_refused") ? .problem(401) : .ok()
        }
        try withFile(Self.old) { path in
            let host = try host(server, path)
            #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
            switch content {
            case "directory", "fifo", "gone": unlink(path)
            default: try replace(path, with: content)
            }
            if content == "directory" { mkdir(path, 0o700) }
            if content == "fifo" { mkfifo(path, 0o600) }
            defer { if content == "directory" { rmdir(path) } }
            let refused = try host.call("engagement.get", #"["ngmt_refused"]"#, within: 3)
            #expect(refused.code == 401 && refused.int("error", "data", "attempts") == 1, "\(refused)")
            #expect(try host.call("engagement.get", #"["ngmt_b"]"#).text("result") != nil)
            #expect(server.requests.last?["authorization"] == Self.old)
            try host.finish()
        }
    }

    @Test(arguments: ["directory", "fifo", "socket"])
    func whatIsNoFileIsNotConfiguredAtOnce(kind: String) throws {
        let server = try FaultServer(always: .ok())
        let path = NSTemporaryDirectory() + "engagement-rpc-token-\(UUID().uuidString)"
        switch kind {
        case "directory": mkdir(path, 0o700)
        case "fifo": mkfifo(path, 0o600)
        default: mknod(path, S_IFSOCK | 0o600, 0)
        }
        defer { remove(path) }
        let host = try host(server, path)
        let start = Deadline.now
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"), within: 3)
        #expect(answer.code == 1005 && answer.kind == "not_configured", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && Deadline.now - start < bound(0.75))
        try host.expectAlive()
        #expect(server.connections == 0)
        try host.finish()
    }

    @Test(arguments: [0o600, 0o400, 0o640, 0o604, 0o644])
    func aFileThatOthersCanReadIsWarnedOfOnce(mode: Int) throws {
        let server = try FaultServer(always: .problem(401))
        try withFile(Self.old, mode: mode_t(mode)) { path in
            let host = try host(server, path)
            for _ in 0..<3 { _ = try host.call("engagement.get", #"["ngmt_a"]"#) }
            try host.finish()
            let warnings = host.errorText.split(separator: "\n").filter { $0.contains("token file") }
            #expect(warnings.count == (mode & 0o077 == 0 ? 0 : 1), "\(host.errorText)")
            #expect(!host.errorText.contains(Self.old))
        }
    }
}
