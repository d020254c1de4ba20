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

    /// `--help` in any place, `help`, and a word for what is asked about: each row is one page.
    static let pages: [(ways: [[String]], words: [String])] = [
        (
            [["--help"], ["help"], ["-h"], ["--sandbox", "help"], ["--timeout-ms", "5", "--help"]], ["usage:", "try:"]
        ),
        (
            [
                ["call", "engagement.get", "--help"], ["help", "engagement.get"], ["call", "--help", "engagement.get"],
                ["--help", "call", "engagement.get"], ["call", "engagement.get", "ngmt_a", "-h"],
                ["call", "engagement.get", "--help", "--sandbox"], ["help", "call", "engagement.get"],
                ["--base-url", "x", "call", "engagement.get", "--help"], ["engagement.get", "--help"],
            ],
            [
                "GET /v2/engagements/{engagement_id}", "expand?",
                #"example: engagement-rpc call engagement.get '{"engagement_id":"ngmt_sandbox01""#,
            ]
        ),
        (
            [["--help", "call"], ["call", "--help"], ["help", "call"]], ["call METHOD [PARAMS]", "@FILE", "name:=JSON"]
        ),
        ([["--help", "doctor"], ["doctor", "--help"]], ["doctor [FLAGS]", "verdict"]),
        ([["help", "help"], ["help", "--help"]], ["help [WORD]"]), ([["help", "version"]], ["version"]),
        (
            [["help", "completions"], ["completions", "bash", "--help"]], ["source <(engagement-rpc completions bash)"]
        ),
        ([["--help", "findContacts"], ["help", "findContacts"]], ["engagement.findContacts: "]),
        ([["--help", "create"]], ["contact.create: ", "company.create: ", "engagement.create: "]),
        ([["help", "flags"], ["--help", "flags"]], ["--sandbox", "--compact"]), ([["help", "tag"]], ["tag.update: "]),
    ]

    @Test(arguments: pages)
    func helpIsInEveryPlace(row: (ways: [[String]], words: [String])) throws {
        let all = try row.ways.map { try Command($0) }
        for (way, command) in zip(row.ways, all) {
            #expect(command.ending == .exited(0) && command.errors.isEmpty, "\(way): \(command)")
            #expect(command.output == all[0].output, "\(way)")
        }
        for word in row.words { #expect(all[0].output.contains(word), "\(word)") }
    }

    @Test(arguments: [
        ["--help", "findContact"], ["help", "findContact"], ["call", "engagement.findContact", "--help"],
    ])
    func aMisspeltTopicIsToldTheRightOne(arguments: [String]) throws {
        let command = try Command(arguments)
        #expect(command.ending == .exited(64) && command.output.isEmpty)
        #expect(command.errors.contains("findContacts?"), "\(command.errors)")
    }

    /// Every method's page ends with a call that can be pasted, and that a fresh sandbox answers.
    @Test func everyMethodHasAnExample() throws {
        let methods = try Command(["help", "methods"]).output.split(separator: "\n").map { $0.prefix { $0 != " " } }
        let folder = NSTemporaryDirectory() + "engagement-rpc-examples-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var lines: [String] = []
        for method in methods where method.contains(".") {
            let page = try Command(["help", String(method)]).output
            let line = try #require(page.split(separator: "\n").last)
            #expect(line.hasPrefix("  example: engagement-rpc call \(method)"), "\(line)")
            lines.append(String(line.dropFirst("  example: ".count)))
        }
        #expect(lines.count > 40)
        let script = "cd \(folder); engagement-rpc() { \(Setup.binary) \"$@\" >out 2>&1 || cat out; }\n"
        var setup = Setup(["-c", script + lines.joined(separator: "\n")])
        setup.program = "/bin/bash"
        let command = try Command(setup, within: 120)
        // There is nothing to undo in a journal that was just made.
        let failures = command.output.split(separator: "\n").filter { $0.contains("engagement-rpc: ") }
        #expect(failures.count == 1 && failures[0].contains("journal"), "\(command)")
    }

    /// What the settings exclude is in no list.
    @Test func theListOfMethodsHasThoseThatMayBeCalled() throws {
        let lists = [
            try Command(["help", "methods", "--read-only"]),
            try Command(["--help", "methods"], environment: ["ENGAGEMENT_RPC_READ_ONLY": "1"]),
            try Command(["help", "methods", "--methods", "engagement.get,contact.*"]),
        ]
        for list in lists {
            #expect(list.output.contains("\nengagement.get ") || list.output.hasPrefix("engagement.get "), "\(list)")
            #expect(!list.output.contains("engagement.replaceContacts"), "\(list)")
            #expect(list.output.contains("\nNot allowed, and not here: "), "\(list)")
        }
        #expect(lists[2].output.contains("contact.merge ") && !lists[2].output.contains("tag.get"))
        #expect(try Command(["help", "methods", "--nope"]).output.contains("engagement.replaceContacts"))
    }

    @Test func logsTellTheTime() throws {
        let told = try Command(["call", "service.ping", "--log-level", "debug"]).errors
        let info = try Command(["call", "engagement.get", "ngmt_sandbox01", "--sandbox", "--log-level", "info"]).errors
        #expect(told.isEmpty)
        let line = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z engagement-rpc: info: call method="engagement\.get" [^\n]*\n/
        #expect(info.wholeMatch(of: line) != nil, "\(info)")
    }

    @Test(arguments: [["version"], ["--version"], ["--sandbox", "version"], ["version", "--sandbox"]])
    func versionIsAWordToo(arguments: [String]) throws {
        let command = try Command(arguments)
        #expect(command.ending == .exited(0) && command.errors.isEmpty)
        #expect(command.output.wholeMatch(of: /engagement-rpc \d+\.\d+\.\d+\n/) != nil, "\(command.output)")
    }

    @Test(arguments: [
        ("engagement.get", "did you mean call engagement.get?"), ("docter", "did you mean doctor?"),
        ("completions", "bash, zsh, fish"),
    ])
    func aWrongWordIsToldTheRightOne(word: String, hint: String) throws {
        let command = try Command([word])
        #expect(command.ending == .exited(64) && command.errors.contains(hint), "\(command.errors)")
    }

    /// No word after `--` is a flag; a value that was forgotten before it is still missed.
    @Test(arguments: [
        (["call", "--sandbox", "--", "engagement.get", "ngmt_sandbox01"], Int32(0), ""),
        (["call", "--sandbox", "engagement.get", "--", "ngmt_sandbox01"], 0, ""),
        (["--", "version", "--help"], 64, "version takes flags only"),
        (["plan", "--sandbox", "--", "-july.csv"], 66, "The table -july.csv can't"),
        (["plan", "--sandbox", "--", "--"], 66, "The table -- can't"),
        (["call", "--sandbox", "--log-level", "--", "engagement.get"], 64, "--log-level needs a value"),
    ])
    func afterTwoHyphensNoWordIsAFlag(arguments: [String], status: Int32, sentence: String) throws {
        let command = try Command(arguments)
        #expect(command.ending == .exited(status), "\(command)")
        #expect(sentence.isEmpty ? command.errors.isEmpty : command.errors.contains(sentence), "\(command.errors)")
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

    /// Marks that a shell or its completion reads are told as they stand.
    @Test(arguments: [
        ("zsh", #"    '--ca-file[PEM file with certificates to trust besides the system'\''s]:path:_files' \"#),
        ("zsh", #"    '--yes[apply, undo, merge\: do it without asking]' \"#),
        ("fish", #" -l ca-file -d 'PEM file with certificates to trust besides the system\'s' -r -F"#),
        ("fish", #" -l yes -d 'apply, undo, merge: do it without asking'"#),
    ])
    func descriptionsAreWhole(shell: String, line: String) throws {
        let lines = try Command(["completions", shell]).output.split(separator: "\n")
        #expect(
            lines.contains { $0.hasSuffix(line) }, "\(lines.filter { $0.contains("ca-file") || $0.contains("yes") })")
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

    /// Sourced, and loaded by compinit from a folder in `fpath`, where it is called more than once.
    @Test(arguments: [true, false]) func zshCompletes(isSourced: Bool) throws {
        let calls = Self.cases.map { "'engagement-rpc \($0.typed.joined(separator: " "))'" }.joined(separator: " ")
        let load =
            isSourced
            ? "source $HOME/_engagement-rpc"
            : "fpath=($HOME $fpath); autoload -Uz compinit; compinit -i -D"
        // What would be offered is printed in place of being shown: `compadd` is what all of it ends in.
        let words = try completed(
            "zsh",
            #"""
            mkdir -p $HOME; cat > $HOME/_engagement-rpc
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z "PS1='' RPS1='' PS2=''; stty -echo"
            zpty -w z '\#(load)'
            zpty -w z 'compadd() {
                if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
                typeset -a hits; builtin compadd -A hits "$@"
                (( $#hits )) || return 1; print -r -- "HIT: $hits"
            }'
            zpty -w z 'last() { print; print -r -- END; BUFFER=; zle send-break }; zle -N last; bindkey "^X" last'
            zpty -w z 'bindkey "^I" complete-word; print REA""DY'
            zpty -r z out '*READY*'
            for line in \#(calls); do
                zpty -wn z "$line"$'\t\x18'
                words=()
                while zpty -r z part '*'$'\n'; do
                    [[ $part == *HIT:* ]] && words+=(${=${part##*HIT: }})
                    [[ $part == *END* ]] && break
                done
                print -r -- ${words%$'\r'}
            done
            """#)
        guard let words else { return print("skipped: zsh is not here") }
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
    }

    /// A file that is nearly all hole: there is nothing to send, and nothing to parse.
    @Test func paramsOnStdinHaveALimit() throws {
        let path = "/tmp/engagement-rpc-\(UUID().uuidString)"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileHandle(forWritingAtPath: path)?.truncate(atOffset: (16 << 20) + 1)
        var setup = Setup(["call", "service.ping", "-"])
        setup.input = .file(path)
        let long = try Command(setup)
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
