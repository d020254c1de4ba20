import Foundation
import TestSupport
import Testing

/// What a person at a shell has beside the calls: help in groups, completions, the man page, ways to print
/// a result.
@Suite(.ownThread)
struct CommandLineTests {
    private static let linesOfScreen = 50

    @Test func helpComesInGroupsThatFitAScreen() throws {
        let flags = try Command(["--help", "flags"])
        for word in ["--sandbox", "--max-calls-per-second N", "--confirm never|auto|always", "ENGAGEMENT_RPC_TOKEN"] {
            #expect(flags.output.contains(word), "\(word)")
        }
        let methods = try Command(["--help", "methods"])
        for word in ["engagement.get ", "engagement.replaceContacts ", "transcriptComment.delete ", "sandbox.fail "] {
            #expect(methods.output.contains("\n" + word) || methods.output.hasPrefix(word), "\(word)")
        }
        for command in [try Command(["--help"]), flags, methods] {
            #expect(command.ending == .exited(0) && command.errors.isEmpty && command.output.hasSuffix("\n"))
            let lines = command.output.split(separator: "\n")
            #expect(lines.count <= Self.linesOfScreen && lines.allSatisfy { $0.count <= 120 })
        }
    }

    @Test func helpOnAMethodHasItsParameters() throws {
        let one = try Command(["--help", "engagement.replaceContacts"])
        for word in ["PUT /v2/engagements/{engagement_id}/contacts", "expected_contact_ids?", "engagements:write"] {
            #expect(one.output.contains(word), "\(word)")
        }
        let all = try Command(["tag", "--help", "tag"])
        for verb in ["get", "list", "create", "update", "delete"] { #expect(all.output.contains("tag.\(verb): ")) }
        let none = try Command(["--help", "engagement.lst"])
        #expect(none.ending == .exited(64) && none.output.isEmpty && none.errors.contains("engagement.list?"))
    }

    @Test(arguments: [
        ("engagement.get", "did you mean call engagement.get?"), ("docter", "did you mean doctor?"),
        ("completions", "bash, zsh, fish"),
    ])
    func aWrongWordIsToldTheRightOne(word: String, hint: String) throws {
        let command = try Command([word])
        #expect(command.ending == .exited(64) && command.errors.contains(hint), "\(command.errors)")
    }

    // MARK: Completions

    private static let cases: [(typed: [String], wanted: [String])] = [
        (["c"], ["call", "completions"]), (["call", "engagement.f"], ["engagement.findContacts"]),
        (["--conf"], ["--confirm"]), (["--confirm", "a"], ["always", "auto"]), (["completions", "f"], ["fish"]),
        (["--toolsets", "at"], ["attendees"]), (["call", "--sandbox", "--log-level", "d"], ["debug"]),
    ]

    /// What the program `shell` prints for each of the cases, as words; nil when there is no such shell here.
    private func completed(_ shell: String, _ script: String) throws -> [[String]]? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/" + shell) else { return nil }
        var setup = Setup(["-c", script])
        setup.program = "/usr/bin/" + shell
        // fish makes folders there.
        let home = NSTemporaryDirectory() + "engagement-rpc-home-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: home) }
        setup.environment["HOME"] = home
        let command = try Command(setup, input: Command(["completions", shell]).output)
        #expect(command.errors.isEmpty, "\(command.errors)")
        return command.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { $0.split(separator: " ").map(String.init).sorted() }
    }

    @Test func bashCompletes() throws {
        let calls = Self.cases.map { "t \($0.typed.joined(separator: " "))" }.joined(separator: "; ")
        let words = try completed(
            "bash",
            #"""
            source /dev/stdin
            t() { COMP_WORDS=(engagement-rpc "$@") COMP_CWORD=$#; _engagement_rpc; echo "${COMPREPLY[*]}"; }
            \#(calls)
            """#)
        #expect(words == Self.cases.map(\.wanted))
    }

    @Test func fishCompletes() throws {
        let calls = Self.cases.map { "t '\($0.typed.joined(separator: " "))'" }.joined(separator: "; ")
        let words = try completed(
            "fish",
            """
            source -
            function t; echo (complete -C "engagement-rpc $argv[1]" | string split -f1 \\t); end
            \(calls)
            """)
        guard let words else { return print("skipped: fish is not here") }
        #expect(words == Self.cases.map(\.wanted))
    }

    // MARK: The man page

    @Test func theManPageIsRoff() throws {
        let page = try Command(["man"])
        #expect(page.ending == .exited(0) && page.errors.isEmpty)
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "METHODS", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"] {
            #expect(page.output.contains("\n.SH \(section)\n"), "\(section)")
        }
        #expect(page.output.contains(".B \\-\\-max\\-calls\\-per\\-second N\n"))
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/groff") else {
            return print("skipped: groff is not here")
        }
        var setup = Setup(["-man", "-ww", "-Tascii"])
        setup.program = "/usr/bin/groff"
        let set = try Command(setup, input: page.output)
        #expect(set.ending == .exited(0) && set.errors.isEmpty, "\(set.errors)")
        #expect(set.output.contains("Read one engagement."))
    }

    // MARK: Printing a result

    @Test func rawIsTheLineAHostWouldGet() throws {
        let good = try Command(["call", "service.ping", "--raw"])
        #expect(good.ending == .exited(0) && good.output == #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n")
        let bad = try Command(["call", "engagement.gte", "--raw", "--sandbox"])
        #expect(bad.ending == .exited(1) && bad.output.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"#))
        #expect(bad.output.contains("engagement.get?") && bad.output.split(separator: "\n").count == 1)
        let misplaced = try Command(["serve", "--raw"])
        #expect(misplaced.ending == .exited(64) && misplaced.errors.contains("call"))
    }

    /// From a file as Windows writes it, and over lines.
    @Test func paramsComeFromStdin() throws {
        let text = "\u{FEFF}{\r\n  \"engagement_id\":\r\n  \"ngmt_sandbox01\"\r\n}\r\n"
        let command = try Command(Setup(["call", "engagement.get", "-", "--sandbox", "--raw"]), input: text)
        #expect(command.ending == .exited(0) && command.output.contains(#""id":"ngmt_sandbox01""#), "\(command)")
        let none = try Command(Setup(["call", "service.ping", "-"]))
        #expect(none.ending == .exited(64) && none.errors.contains("not JSON"), "\(none)")
        let long = try Command(
            Setup(["call", "service.ping", "-"]), input: String(repeating: " ", count: 17 << 20))
        #expect(long.ending == .exited(64) && long.errors.contains("16777216 bytes"), "\(long.errors)")
    }

    @Test(arguments: [([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false)])
    func coloursAreForATerminalOnly(environment: [String: String], isColoured: Bool) throws {
        var setup = Setup(["call", "engagement.get", #"["ngmt_sandbox02"]"#, "--sandbox"], environment: environment)
        #expect(try !Command(setup).output.contains("\u{1B}"))
        setup.output = .terminal
        let shown = try Command(setup).output
        #expect(shown.contains("\u{1B}[32m\"ngmt_sandbox02\"\u{1B}[0m") == isColoured, "\(shown)")
        #expect(shown.contains("\u{1B}") == isColoured && shown.contains("\"ngmt_sandbox02\""))
    }
}
