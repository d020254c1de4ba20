import Foundation
import TestSupport
import Testing

/// `--token-command`: run when a call needs it and after a 401, by a shell, without holding anything up.
@Suite(.ownThread, .overTLSOnRelease)
struct TokenCommandTests {
    private static let (old, new) = ("sk-apik_cmd.0123old", "sk-apik_cmd.0123new")

    private func host(
        _ server: FaultServer, _ command: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> HostProcess {
        try HostProcess(
            Setup(["--base-url", server.baseURL, "--token-command", command] + arguments, environment: environment))
    }

    /// A file that does not exist yet, for `body`; a command can count or remember in it.
    private func withFile(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "engagement-rpc-command-\(UUID().uuidString)"
        defer { unlink(path) }
        try body(path)
    }

    @Test func itIsRunOnceForTheFirstCallsAndNotAtTheStart() throws {
        let server = try FaultServer(always: .ok())
        try withFile { path in
            let host = try host(server, "echo run >> \(path); sleep 0.3; echo \(Self.new); echo more")
            _ = try host.call("service.ping")
            #expect(!FileManager.default.fileExists(atPath: path))
            let ids = try (0..<8).map { try host.begin("engagement.get", #"["ngmt_\#($0)"]"#) }
            // The loop goes on meanwhile.
            let ping = try host.begin("service.ping")
            _ = try host.answer(to: ping)
            #expect(server.requests.isEmpty)
            for id in ids { #expect(try host.answer(to: id).int("result", "meta", "attempts") == 1) }
            #expect(server.requests.map { $0["authorization"] } == Array(repeating: Self.new, count: 8))
            #expect(try Repository.bytes(path) == Array("run\n".utf8))
            try host.finish()
        }
    }

    @Test func itIsRunAgainAfterA401() throws {
        let server = try FaultServer { $0["authorization"] == Self.new ? .ok() : .problem(401) }
        try withFile { path in
            let host = try host(server, "cat \(path) 2>/dev/null && exit; echo \(Self.new) > \(path); echo \(Self.old)")
            let ids = try (0..<4).map { try host.begin("engagement.replaceContacts", replacement("ngmt_\($0)")) }
            for id in ids {
                let answer = try host.answer(to: id)
                #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
            }
            #expect(server.requests.count == 8)
            try host.finish()
        }
    }

    @Test func theSameTokenAgainIsNoReasonToTryAgain() throws {
        let server = try FaultServer { _ in .problem(401) }
        let host = try host(server, "echo \(Self.old)")
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.code == 401 && answer.int("error", "data", "attempts") == 1, "\(answer)")
        try host.finish()
    }

    @Test(arguments: [
        ("echo hush-hush-hush; exit 3", "status 3"), ("kill -9 $$", "signal 9"), ("true", "is empty"),
        ("echo '\"quoted\"'", "quotes"), ("/nonexistent/program", "status 127"), ("printf 'a\\001b'", "visible ASCII"),
    ])
    func whatFailsIsToldWithoutItsOutput(command: String, words: String) throws {
        let server = try FaultServer(always: .ok())
        let host = try host(server, command)
        for _ in 0..<2 {
            let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(answer.code == 1005 && answer.string("error", "data", "kind") == "not_configured", "\(answer)")
            #expect(answer.string("error", "data", "applied") == "no")
            #expect(answer.string("error", "message")?.contains(words) == true, "\(answer)")
            #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("hush"))
        }
        #expect(server.requests.isEmpty)
        try host.finish()
    }

    /// Its stderr is ours, its stdin is not, and how the loop blocks signals is not passed on.
    @Test func itHasTheSurroundingsOfAShell() throws {
        let server = try FaultServer(always: .ok())
        let host = try host(server, "read x; echo \"in=[$x]\" >&2; yes | head -1 >/dev/null; echo \(Self.new)")
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).code == nil)
        try host.finish()
        #expect(String(decoding: host.errorBytes, as: UTF8.self).contains("in=[]"))
    }

    /// Run again after a 401, when there are connections: of all that is open it has its three, and of the environment
    /// what this process was given, but for the token.
    @Test func nothingElseOfOursReachesIt() throws {
        let server = try FaultServer { $0["authorization"] == Self.new ? .ok() : .problem(401) }
        try withFile { path in
            let command =
                "printf '%s ' $(ls /proc/self/fd) >> \(path); env >> \(path); "
                + "test -e \(path).again && { rm \(path).again; echo \(Self.new); exit; }; : > \(path).again; echo \(Self.old)"
            let variables = [
                "OPENSSL_CONF": "/dev/zero", "SSLKEYLOGFILE": "/nonexistent/keys", "MARKER": "still-here",
                "ENGAGEMENT_RPC_TOKEN": "sk-apik_not.0123this",
            ]
            // As a host that leaves descriptors open in its children.
            var setup = Setup(
                ["-c", #"exec 7</dev/null 9>/dev/null; exec "$0" "$@""#, Setup.binary, "--base-url", server.baseURL]
                    + ["--token-command", command], environment: variables)
            setup.program = "/bin/sh"
            let host = try HostProcess(setup)
            #expect(try host.call("engagement.get", #"["ngmt_a"]"#).int("result", "meta", "attempts") == 2)
            try host.finish()
            let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
            // `ls` has one besides, for the folder.
            let descriptors = text.split(separator: "\n").filter { $0.hasPrefix("0 1 2 ") }
            #expect(text.contains("0 1 2 ") && !text.contains(" 7 ") && !text.contains(" 9 "), "\(text)")
            let counts = descriptors.map { $0.split(separator: " ").prefix { Int($0) != nil }.count }
            #expect(counts.allSatisfy { $0 <= 4 }, "\(text)")
            for line in ["OPENSSL_CONF=/dev/zero", "SSLKEYLOGFILE=/nonexistent/keys", "MARKER=still-here"] {
                #expect(text.split(separator: line, omittingEmptySubsequences: false).count == 3, "\(line) in \(text)")
            }
            #expect(!text.contains("ENGAGEMENT_RPC_TOKEN") && !text.contains("0123this"), "\(text)")
        }
    }

    /// In a container this process may be the first of all, whom everybody is left to that loses a parent.
    @Test(.enabled(if: getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare"), "needs root"))
    func whatItLeavesBehindIsCollected() throws {
        let server = try FaultServer(always: .ok())
        try withFile { path in
            // Two that end at once and one that ends when told.
            let command =
                "(true &) ; (sleep 0.05 &) ; (while ! test -e \(path); do sleep 0.02; done &) ; echo \(Self.new)"
            var setup = Setup(
                ["--pid", "--fork", Setup.binary, "--base-url", server.baseURL, "--token-command", command])
            setup.program = "/usr/bin/unshare"
            let host = try HostProcess(setup)
            #expect(try host.call("engagement.get", #"["ngmt_a"]"#).code == nil)
            let first = try #require(children(of: host.pid).first?.pid)
            #expect(!children(of: first).isEmpty, "one is left")
            try Data().write(to: URL(fileURLWithPath: path))
            let end = Deadline(in: 5)
            while !children(of: first).isEmpty, !end.hasPassed { pause(milliseconds: 10) }
            #expect(children(of: first).map(\.state) == [])
            try host.finish()
        }
    }

    /// The children of a process and what each is at: `S`, `Z`.
    private func children(of parent: Int32) -> [(pid: Int32, state: String)] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { name in
            guard let pid = Int32(name), let bytes = try? Repository.bytes("/proc/\(pid)/stat") else { return nil }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return words.count > 1 && Int32(words[1]) == parent ? (pid, String(words[0])) : nil
        }
    }

    /// A call's deadline, a cancellation and the end of the process do not wait for it, and nothing of it stays.
    @Test func nothingWaitsForASlowOne() throws {
        let server = try FaultServer(always: .ok())
        try withFile { path in
            let host = try host(server, "sleep 300 & echo $! > \(path); wait", limit(milliseconds: 700))
            let late = try host.begin("engagement.get", #"["ngmt_a"]"#)
            let cancelled = try host.begin("engagement.get", #"["ngmt_b"]"#)
            try host.send(line: #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(cancelled)}}"#)
            #expect(try host.answer(to: cancelled).code == -32800)
            let answer = try host.answer(to: late)
            #expect(answer.string("error", "data", "kind") == "timeout" && server.requests.isEmpty, "\(answer)")
            try host.finish()
            let pid = try #require(
                Int32(
                    String(decoding: Repository.bytes(path), as: UTF8.self).trimmingCharacters(
                        in: .whitespacesAndNewlines)))
            // It may stay a zombie for a moment, or for ever where nobody collects orphans.
            let end = Deadline(in: 5)
            while isRunning(pid), !end.hasPassed { pause(milliseconds: 10) }
            #expect(!isRunning(pid))
        }
    }

    private func isRunning(_ pid: Int32) -> Bool {
        guard let bytes = try? Repository.bytes("/proc/\(pid)/stat") else { return false }
        return !String(decoding: bytes, as: UTF8.self).contains(") Z ")
    }

    @Test func aFlagSaysWhereTheTokenIs() throws {
        let server = try FaultServer(always: .ok())
        let wins = try host(server, "echo \(Self.new)", environment: ["ENGAGEMENT_RPC_TOKEN": Self.old])
        _ = try wins.call("engagement.get", #"["ngmt_a"]"#)
        try wins.finish()
        let variables = ["ENGAGEMENT_RPC_TOKEN": Self.old, "ENGAGEMENT_RPC_TOKEN_COMMAND": "echo \(Self.new)"]
        let loses = try HostProcess(Setup(["--base-url", server.baseURL], environment: variables))
        _ = try loses.call("engagement.get", #"["ngmt_a"]"#)
        try loses.finish()
        #expect(server.requests.map { $0["authorization"] } == [Self.new, Self.old])
        let both = try Command(["--token-command", "true", "--token-file", "/dev/null"])
        #expect(both.ending == .exited(64) && both.errors.contains("both"), "\(both)")
    }

    @Test func doctorWaitsForIt() throws {
        let server = try FaultServer(always: .ok())
        let good = try Command([
            "doctor", "--base-url", server.baseURL, "--token-command", "sleep 0.2; echo \(Self.new)",
        ])
        #expect(good.output.contains("well-formed, from --token-command"), "\(good)")
        #expect(!good.output.contains(Self.new) && server.requests.map { $0["authorization"] } == [Self.new])
        let bad = try Command(["doctor", "--base-url", server.baseURL, "--token-command", "exit 9"])
        #expect(bad.ending == .exited(1) && bad.output.contains("FAIL  token") && bad.output.contains("status 9"))
        let call = try Command([
            "call", "engagement.get", #"["ngmt_a"]"#, "--base-url", server.baseURL, "--token-command",
            "echo \(Self.new)",
        ])
        #expect(call.ending == .exited(0), "\(call)")
    }
}
