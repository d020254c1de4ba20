import EngagementAPI

/// The commands: dispatch, help, completions and man page work from this list.
enum CommandWord: String, CaseIterable {
    case serve, call, plan, apply, undo, runs, export, merge, sandbox, doctor, schema, completions, man, help, version

    /// The command line, without the program's name and the common flags.
    var usage: String {
        switch self {
        case .serve: "[serve]"
        case .call: "call METHOD [PARAMS]"
        case .plan: "plan FILE"
        case .apply: "apply FILE"
        case .undo: "undo [RUN]"
        case .runs: "runs [RUN]"
        case .export: "export"
        case .merge: "merge FILE"
        case .sandbox: "sandbox"
        case .doctor: "doctor"
        case .schema: "schema [\(words.joined(separator: "|"))]"
        case .completions: "completions \(words.joined(separator: "|"))"
        case .man: "man"
        case .help: "help [WORD]"
        case .version: "version"
        }
    }

    var summary: String {
        switch self {
        case .serve: "read requests, write answers, until end of input"
        case .call: "make one call and print its result; exit 0 or 1"
        case .plan: "show whom a table would drop and add; exit 0 for no change, 2 for some, 1 for trouble"
        case .apply: "show that, ask, and make it so; exit 0 only if every row is as the table says"
        case .undo: "put back who was there before a run; unless named, before the last one"
        case .runs: "list the runs, or the writes of one"
        case .export: "print engagements and their people, as a table that plan reads"
        case .merge: "put one contact in another's place on all engagements, by a table of two columns; ask first"
        case .sandbox: "run a sample workspace for several processes; print its URL"
        case .doctor: "check token, network, TLS, API version and clock; exit 0 or 1"
        case .schema: "print the OpenRPC document, or the MCP tools, as the flags shape them"
        case .completions: "print completions for a shell"
        case .man: "print the man page, as roff"
        case .help: "tell of a command, a method, a resource, a verb; flags; methods"
        case .version: "print the version"
        }
    }

    /// The words that may follow it, if their list is closed.
    var words: [String] {
        switch self {
        case .schema: ["openrpc", "mcp"]
        case .completions: Completions.Shell.allCases.map(\.rawValue)
        case .serve, .call, .plan, .apply, .undo, .runs, .export, .merge, .sandbox, .doctor, .man, .help, .version: []
        }
    }

    /// Whether a file follows it.
    var takesFile: Bool { self == .plan || self == .apply || self == .merge }

    /// Further lines of its help page.
    var detail: [String] {
        switch self {
        case .serve:
            [
                "One JSON text a line, or frames with headers as in LSP; MCP begins with initialize. A batch from a file",
                "or pipe ends with 0 when all of it is answered, whatever the answers say; cut short by a signal, it dies",
                "of that. A host that holds the pipe is left with 0.", "",
                "  engagement-rpc --sandbox < requests.jsonl > answers.jsonl",
            ]
        case .call:
            [
                "PARAMS is one of",
                "  '{\"engagement_id\":\"ngmt_…\"}'  JSON; an array has the values in the order of the page",
                "  -                 JSON from stdin", "  @FILE             JSON from a file",
                "or words, in any order:", "  ngmt_… cnt_…      ids, each to the parameter that takes one like it",
                "  name=value        text; numbers, true, false, and lists of words and ids apart by commas",
                "  name:=JSON        anything", "",
                "  engagement-rpc call engagement.get ngmt_sandbox01 expand=contacts --sandbox",
                "  engagement-rpc call engagement.addContacts ngmt_sandbox01 cnt_sandbox05 dry_run=true --sandbox",
                "  echo '[\"ngmt_sandbox01\"]' | engagement-rpc call engagement.get - --compact --sandbox", "",
                "The result is printed over several lines; --compact on one; --raw prints the whole answer. What failed",
                "is printed in its place, with the message on stderr and exit 1; so is a list that is not whole.",
                "call METHOD --help has a method's parameters.",
            ]
        case .plan: tableDetail
        case .apply: tableDetail + applyDetail
        case .undo:
            [
                "Shows who would come back and who would go, and asks. Engagements that somebody else has changed since",
                "are left alone, and the last lines tell how to go on. It may be repeated: what is as before already",
                "stays so.", "",
                "  engagement-rpc runs        # what there is to undo",
            ]
        case .runs: ["The journal is --journal, else $XDG_STATE_HOME/engagement-rpc/journal (~/.local/state)."]
        case .export:
            [
                "People are addresses, or ids where another contact has the same address. Calendar resources are left out.",
                "", "  engagement-rpc export --sandbox > attendees.csv",
            ]
        case .merge:
            [
                "FILE is a table with the columns duplicate and into, each a contact's id (cnt_…) or an address; - is stdin.",
                "On every engagement of the duplicate, the other takes its place; calendar resources stay. All that is",
                "wrong with the table is told at once, with its line, and nothing is written.", "",
                "  engagement-rpc merge duplicates.csv --sandbox", "",
                "Run again, it does what is left. The last line tells how to undo it. --delete deletes the duplicates whose",
                "engagements have all changed, which nothing undoes. Engagements that the token may not read are not seen.",
            ]
        case .sandbox:
            [
                "It lives until end of input or a signal, and keeps its state till then.",
                "",
                "  engagement-rpc sandbox --port 8080",
                "  engagement-rpc call engagement.get ngmt_sandbox01 --sandbox-at http://127.0.0.1:8080/api", "",
                "--sandbox-at needs no token, and has the sandbox. methods. Any HTTP client may use the URL too, with",
                "whatever token.",
            ]
        case .doctor: ["Each failure comes with what to do about it; the last line is the verdict."]
        case .schema: ["Without a word: openrpc."]
        case .completions:
            [
                "  source <(engagement-rpc completions bash)    # or zsh",
                "  engagement-rpc completions zsh > ~/.zfunc/_engagement-rpc    # for a folder in fpath",
                "  engagement-rpc completions fish | source",
            ]
        case .man: ["  engagement-rpc man > ~/.local/share/man/man1/engagement-rpc.1"]
        case .help:
            [
                "  engagement-rpc help call", "  engagement-rpc help engagement.get",
                "  engagement-rpc help findContacts",
            ]
        case .version: []
        }
    }

    private var tableDetail: [String] {
        [
            "FILE is a table as spreadsheets write it, - is stdin: an engagement (ngmt_…) and who is to be on it in each",
            "row, as contacts' ids (cnt_…) or addresses. Whoever is not in the row is dropped; calendar resources stay.",
            "All that is wrong with it is told at once, with its line, and nothing is written.", "",
            "  engagement-rpc \(rawValue) attendees.csv --sandbox",
        ]
    }

    private var applyDetail: [String] {
        [
            "", "Run again, it does what is left. Each run is in the journal; the last line tells how to undo it.",
        ]
    }
}
