import EngagementAPI

/// `engagement-rpc.1`, as roff with the man macros.
enum ManPage {
    static var text: String {
        var lines = [
            ".TH ENGAGEMENT\\-RPC 1 \"\" \"engagement\\-rpc \(Version.number)\" \"User Commands\"", ".SH NAME",
            "engagement\\-rpc \\- the AskElephant Public API v2 as JSON\\-RPC 2.0 over stdin and stdout",
            ".SH SYNOPSIS",
        ]
        for word in CommandWord.allCases {
            lines += [".B engagement\\-rpc", escaped("\(word.usage) [FLAGS]"), ".br"]
        }
        lines += [
            ".SH DESCRIPTION",
            escaped(
                "Reads JSON-RPC 2.0 requests, one JSON text per line, and answers each in one line; agents may speak "
                    + "MCP on the same pipe. Methods are calls of the API over HTTPS. A write that failed says in "
                    + "data.applied whether it happened: no, yes or unknown."), ".SH COMMANDS",
        ]
        for word in CommandWord.allCases { lines += term(word.usage, word.summary) }
        lines.append(".SH OPTIONS")
        for setting in Setting.all {
            let head = setting.flag + (setting.placeholder.map { " \($0)" } ?? "")
            let variables = setting.variables.joined(separator: ", then ")
            let tail = (variables.isEmpty ? "" : " Variable: \(variables).") + " Default: \(setting.fallback)."
            lines += term(head, setting.summary + "." + tail)
        }
        lines += term("--help [flags|methods|COMMAND|METHOD|RESOURCE|VERB]", "what there is.")
        lines += term("--version", "the version.")
        lines += term(Word.endOfFlags, "no word after it is a flag.")
        lines.append(".SH METHODS")
        for method in Help.callable {
            let names = method.parameters.map { $0.name + ($0.isRequired ? "" : "?") }
            lines += term("\(method.name) {\(names.joined(separator: ", "))}", method.summary)
        }
        lines.append(".SH ENVIRONMENT")
        lines += term("ENGAGEMENT_RPC_TOKEN", "the token; it is wiped from the environment of the process.")
        lines += term("NO_COLOR", "no colours on a terminal, when it is not empty.")
        lines.append(".SH EXIT STATUS")
        for (code, meaning) in [
            ("0", "all that was read is answered, or nobody reads any more; call: a result; sandbox: told to end"),
            (
                "1",
                "call: an error, or a list that is not whole; doctor: something is wrong; plan: something can't be "
                    + "read; apply, merge, undo: something is not as wanted, or nobody said yes"
            ), ("2", "plan, merge --dry-run: something would change"), ("64", "a flag or setting can't be followed"),
            ("65", "plan, apply, merge: something is wrong with the table; the file of --seed has faults"),
            ("66", "a file to be read can't be opened"),
            ("71", "the system has too little of something"),
            ("73", "the journal or the report can't be made or written"),
            ("74", "stdin can't be read or stdout can't be written"),
            (
                "128 + N",
                "died of signal N: call, doctor and the jobs, and a batch that was not all carried out; a host that still holds the "
                    + "pipe is left with 0"
            ),
        ] { lines += term(code, meaning + ".") }
        lines += [".SH PARAMS OF CALL", ".nf"] + CommandWord.call.detail.map(escaped) + [".fi"]
        lines += [".SH EXAMPLES", ".nf"]
        lines += [
            "engagement-rpc call engagement.get ngmt_sandbox01 --sandbox",
            "engagement-rpc --sandbox < requests.jsonl > answers.jsonl",
        ].map(escaped)
        return (lines + [".fi", ""]).joined(separator: "\n")
    }

    private static func term(_ head: String, _ text: String) -> [String] {
        [".TP", ".B \(escaped(head))", escaped(text)]
    }

    /// `text` with everything escaped that roff would interpret: its escape character, hyphens, quotes, and a leading
    /// control character.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "'": out += "\\(aq"
            case "\"": out += "\\(dq"
            case "…": out += "..."
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out.hasPrefix(".") ? "\\&" + out : out
    }
}
