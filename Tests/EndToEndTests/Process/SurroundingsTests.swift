import Foundation
import TestSupport
import Testing

/// What the process is started in: arguments without `/proc`, masks and limits that a parent has set, descriptors that
/// others own. What needs root or a tool that is not there is skipped by name.
@Suite(.ownThread, .tags(.endings))
struct SurroundingsTests {
    private static let isRoot = getuid() == 0
    private static func has(_ tool: String) -> Bool {
        ["/bin/", "/usr/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + tool) }
    }
    private static let canUnshare: Bool = {
        guard isRoot, has("unshare") else { return false }
        let setup = shell("umount -l /proc", wrapper: ["unshare", "-m"], [])
        return (try? HostProcess(setup).waitForExit()) == .exited(0)
    }()

    /// `script` in a shell, with the program under test as `$0`.
    private static func shell(
        _ script: String, wrapper: [String] = [], _ arguments: [String], environment: [String: String] = [:]
    ) -> Setup {
        let words = wrapper + ["/bin/sh", "-c", script, Setup.binary] + arguments
        var setup = Setup(Array(words.dropFirst()), environment: environment)
        setup.program = words[0].hasPrefix("/") ? words[0] : "/usr/bin/" + words[0]
        return setup
    }

    // MARK: Arguments

    /// Without them `--read-only` would be off, and the write would go out.
    @Test(.enabled(if: canUnshare, "needs root and unshare"))
    func argumentsAreThereWithoutProc() throws {
        let script = #"umount -l /proc; exec "$0" "$@""#
        let host = try HostProcess(Self.shell(script, wrapper: ["unshare", "-m"], ["--read-only", "--sandbox"]))
        #expect(try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01")).kind == "not_allowed")
        // And a host that stops reading holds nothing up, although no pipe can be opened anew.
        try host.finish()
        var setup = Self.shell(script, wrapper: ["unshare", "-m"], ["--version"])
        setup.checks = .text
        let version = try HostProcess(setup)
        #expect(try version.waitForExit() == .exited(0) && version.outputText.hasPrefix("engagement-rpc "))
    }

    /// Memory that a library has moved the environment to must not matter either.
    @Test(.enabled(if: has("gcc"), "needs gcc"))
    func argumentsAreThereBesideALibraryThatSetsVariables() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/engagement-rpc-preload-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source =
            "#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { setenv(\"A_B\", \"c\", 1); }\n"
        try source.write(toFile: folder + "/a.c", atomically: true, encoding: .utf8)
        let build = try HostProcess(
            Self.shell("gcc -shared -fPIC -o \(folder)/a.so \(folder)/a.c", [], environment: ["LANG": "C"]))
        try #require(try build.waitForExit(within: 30) == .exited(0))
        let host = try HostProcess(
            Setup(["--read-only", "--sandbox"], environment: ["LD_PRELOAD": folder + "/a.so"]))
        #expect(try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01")).kind == "not_allowed")
        try host.finish()
    }

    @Test func aPathNeedNotBeUTF8() throws {
        let server = try FaultServer(always: .ok())
        let script = #"""
            file=$(printf '/tmp/engagement-rpc-\377-'$$); printf 'sk-apik_odd.path' > "$file"
            ENGAGEMENT_RPC_TOKEN_FILE=$file "$0" "$@"; "$0" "$@" --token-file "$file"; "$0" "$@" "--token-file=$file"
            rm "$file"
            """#
        let call = ["call", "engagement.get", #"["ngmt_a"]"#, "--base-url", server.baseURL]
        var setup = Self.shell(script, call)
        setup.checks = .text
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 20) == .exited(0), "\(host.errorText)")
        #expect(server.requests.map { $0["authorization"] } == Array(repeating: "sk-apik_odd.path", count: 3))
    }

    @Test func aFlagThatIsNotUTF8IsRefused() throws {
        for flag in [#"--methods=$(printf '\377')"#, #"$(printf '\377')"#, #"--log-level $(printf '\377')"#] {
            var setup = Self.shell(#"exec "$0" \#(flag)"#, [])
            setup.checks = .text
            let host = try HostProcess(setup)
            #expect(try host.waitForExit() == .exited(64))
            #expect(host.errorText.contains("is not UTF-8"), "\(host.errorText)")
        }
    }

    @Test func theFlagOfEditorsMeansNothing() throws {
        let host = try sandbox("--stdio", "--framing", "lines")
        try host.expectAlive()
        try host.finish()
    }

    // MARK: Signals

    @Test(.enabled(if: has("python3"), "needs python3"), arguments: [SIGTERM, SIGINT, SIGHUP])
    func aSignalThatTheParentHasBlockedEndsIt(number: Int32) throws {
        let script = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
            os.execv(sys.argv[1], sys.argv[1:])
            """
        var setup = Setup(["-c", script, Setup.binary, "--sandbox"])
        setup.program = "/usr/bin/env"
        setup.arguments = ["python3"] + setup.arguments
        setup.environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        let host = try HostProcess(setup)
        try host.expectAlive()
        host.signal(number)
        #expect(try host.waitForExit(within: bound(2)) == .exited(0))
    }

    // MARK: Filters of system calls

    /// The upper half of a register may hold anything; a filter that compares it must not take a socket away.
    @Test(.enabled(if: has("python3"), "needs python3"))
    func aFilterOfAddressFamiliesLetsItConnect() throws {
        let filter = Repository.root + "/Tests/NetworkSupport/filtered.py"
        let call = [Setup.binary, "call", "engagement.get", "ngmt_sandbox01", "--sandbox"]
        var setup = Setup(["python3", filter] + call)
        (setup.program, setup.environment["PATH"]) = ("/usr/bin/env", ProcessInfo.processInfo.environment["PATH"])
        let command = try Command(setup)
        if command.ending == .exited(77) { return print("skipped: the kernel takes no filter of system calls") }
        #expect(command.ending == .exited(0), "\(command)")
    }

    // MARK: Streams that others own, and terminals

    static let strangeOutputs: [Named<Setup>] = {
        var terminal = Setup(["--sandbox"])
        terminal.output = .terminal
        var list = [Named("a terminal", terminal)]
        if isRoot, has("setpriv") {
            var foreign = Setup(["--reuid", "65534", "--clear-groups", Setup.binary, "--sandbox"])
            foreign.program = "/usr/bin/setpriv"
            list.append(Named("another user's pipe", foreign))
        } else {
            print("skipped: another user's pipe needs root and setpriv")
        }
        if canUnshare {
            let script = #"umount -l /proc; exec "$0" "$@""#
            list.append(Named("a pipe without /proc", shell(script, wrapper: ["unshare", "-m"], ["--sandbox"])))
        }
        return list
    }()

    /// A host that stops reading: a signal ends the process all the same, and what it says later is whole.
    @Test(arguments: strangeOutputs)
    func aHostThatDoesNotReadStopsNothing(row: Named<Setup>) throws {
        let host = try HostProcess(row.value)
        try host.expectAlive()
        host.leavesOutputUnread = true
        for id in 0..<400 { try host.send(line: request("\(id)", "rpc.discover")) }
        pause(milliseconds: 300)
        // Still served: the other end counts what it is asked.
        let started = Deadline.now
        host.signal(SIGTERM)
        pause(milliseconds: 50)
        host.signal(SIGTERM)
        _ = try host.waitForExit(within: bound(2))
        #expect(Deadline.now - started < bound(2))
    }

    @Test(arguments: strangeOutputs)
    func whatIsReadLateIsWhole(row: Named<Setup>) throws {
        let host = try HostProcess(row.value)
        host.leavesOutputUnread = true
        for id in 0..<100 { try host.send(line: request("\(id)", "rpc.discover")) }
        try host.send(line: request("\"big\"", "engagement.get", #"["ngmt_sandbox04",["transcript"]]"#))
        pause(milliseconds: 300)
        host.leavesOutputUnread = false
        for id in 0..<100 { _ = try host.answer(to: "\(id)", within: 20) }
        #expect(try host.answer(to: "\"big\"", within: 20).bytes.count > 1_000_000)
        try host.finish()
    }

    /// Log lines to a terminal that nobody reads are dropped and counted.
    @Test func aTerminalForLogsThatNobodyReadsStopsNothing() throws {
        var setup = Setup(["--sandbox", "--log-level", "debug"])
        setup.errors = .terminal
        let host = try HostProcess(setup)
        host.leavesErrorsUnread = true
        for id in 0..<2000 { try host.send(line: request("\(id)", "engagement.get", #"["ngmt_sandbox02"]"#)) }
        for id in 0..<2000 { _ = try host.answer(to: "\(id)", within: 30) }
        host.leavesErrorsUnread = false
        pause(milliseconds: 100)
        _ = try host.call("engagement.get", #"["ngmt_sandbox02"]"#)
        try host.wait(within: 5, for: "the note") {
            host.errorText.contains("lines lost") || host.errorBytes.count > 3000
        }
        _ = try host.call("engagement.get", #"["ngmt_sandbox02"]"#)
        try host.finish()
        #expect(String(decoding: host.errorBytes, as: UTF8.self).contains("log lines lost"))
    }

    // MARK: Limits

    /// Either every request is served, or one sentence says why not.
    @Test(arguments: Array(3...12) + [16, 20, 23, 24, 25, 28, 32, 48, 64])
    func fewDescriptorsAreToldOrEnough(limit: Int) throws {
        let setup = Self.shell(#"ulimit -n \#(limit); exec "$0" --sandbox"#, [])
        let host = try HostProcess(setup)
        let calls = (0..<40).map { request("\($0)", "engagement.get", #"["ngmt_sandbox01"]"#) + "\n" }.joined()
        try host.send(calls.utf8)
        host.closeInput()
        let ending = try host.waitForExit(within: 10)
        let answers = host.takeAll()
        if ending == .exited(0) {
            #expect(answers.count == 40, "\(host.errorText)")
            for answer in answers where answer.text("result") == nil { Issue.record("\(answer)") }
        } else {
            #expect(answers.isEmpty && (limit <= 6 || host.errorText.contains("ulimit -n")))
            #expect(limit < 32 && ending != .exited(0))
        }
    }

    /// Pipes of one user share a bound: an idle process takes no more than its part.
    @Test(.enabled(if: has("python3"), "needs python3"))
    func thePipeGrowsForALargeAnswerOnly() throws {
        let script = """
            import fcntl, json, subprocess, sys
            child = subprocess.Popen([sys.argv[1], "--sandbox"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            def size(): return fcntl.fcntl(child.stdout.fileno(), 1032)
            def ask(number, method, params):
                line = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                child.stdin.write((json.dumps(line) + "\\n").encode())
                child.stdin.flush()
            sizes = [size()]
            ask(1, "engagement.get", ["ngmt_sandbox01"])
            child.stdout.readline()
            sizes.append(size())
            for number in range(4): ask(number, "engagement.get", ["ngmt_sandbox04", ["transcript"]])
            for number in range(4):
                child.stdout.readline()
                sizes.append(size())
            child.stdin.close()
            print(json.dumps(sizes[:2]), max(sizes) in (65536, 1048576), child.wait())
            """
        var setup = Setup(["python3", "-c", script, Setup.binary])
        setup.program = "/usr/bin/env"
        setup.environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        setup.checks = .text
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 20) == .exited(0), "\(host.errorText)")
        #expect(host.outputText == "[65536, 65536] True 0\n")
    }

    // MARK: Answers that can't be written, requests that can't be read

    static let unusable: [Named<String>] = [
        Named("call", #""$0" call service.ping --sandbox > /dev/full"#),
        Named("call that fails", #""$0" call service.pong --sandbox > /dev/full"#),
        Named("serve", #"echo '{"jsonrpc":"2.0","id":1,"method":"service.ping"}' | "$0" --sandbox > /dev/full"#),
        Named("schema", #""$0" schema > /dev/full"#), Named("schema mcp", #""$0" schema mcp > /dev/full"#),
        Named("doctor", #""$0" doctor --sandbox > /dev/full"#), Named("help", #""$0" --help > /dev/full"#),
        Named("version", #""$0" --version > /dev/full"#),
        Named("a descriptor to read from", #"echo '{"id":1}' | "$0" --sandbox 1< /dev/null"#),
        Named("stdin a directory", #""$0" --sandbox < /tmp"#),
        Named("a limit on files", #"f=$(mktemp); \#(fileLimit); "$0" schema > $f; s=$?; rm $f; exit $s"#),
    ]

    @Test(arguments: unusable)
    func whatCanNotBeWrittenOrReadIsTold(row: Named<String>) throws {
        var setup = Self.shell(row.value, [])
        setup.checks = .text
        let host = try HostProcess(setup)
        host.closeInput()
        #expect(try host.waitForExit(within: 10) == .exited(74), "\(host.errorText)")
        #expect(
            host.errorText.hasPrefix("engagement-rpc: ") && host.errorText.contains("can't be"), "\(host.errorText)")
    }

    /// A reader that has gone is no fault.
    @Test(arguments: ["schema", "--help", "call rpc.discover --sandbox"])
    func aReaderThatHasGoneIsNoFault(command: String) throws {
        var setup = Self.shell(#"{ "$0" \#(command); echo $? >&2; } | head -c 1 > /dev/null"#, [])
        setup.checks = .text
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 10) == .exited(0))
        #expect(host.errorText == "0\n")
    }

    /// With the disk full behind the first answers, no further write is begun.
    @Test func noWriteIsBegunOnceAnswersCanNotBeWritten() throws {
        let server = try FaultServer(always: .ok())
        let script = """
            \(fileLimit); for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05
            printf '{"jsonrpc":"2.0","id":%d,"method":"rpc.discover"}\\n' $i
            printf '{"jsonrpc":"2.0","id":"w%d","method":"engagement.replaceContacts","params":["ngmt_a",[]]}\\n' $i
            done | "$0" "$@" > /tmp/engagement-rpc-full-$$; s=$?; rm -f /tmp/engagement-rpc-full-$$; exit $s
            """
        var setup = Self.shell(
            script, ["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.checks = .text
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 20) == .exited(74), "\(host.errorText)")
        #expect(server.requests.count < 3)
    }
}
