import EngagementAPI

/// The text of `--help`, made from the program's own tables. Each topic fits a screen.
enum Help {
    /// The help for a command line that contains `--help`, or begins with the word `help`. The list of methods has
    /// those that `filter` allows. Throws for an unknown topic.
    static func asked(_ texts: [String?], _ filter: MethodTable.Filter) throws(Failure) -> String {
        let sign = texts.firstIndex { $0 == "--help" || $0 == "-h" }
        var words = Word.plain(texts[..<(sign ?? texts.count)])
        if words.count > 1 || sign == nil, words.first == CommandWord.help.rawValue { words.removeFirst() }
        let further = sign.map { Word.plain(texts[($0 + 1)...].prefix { $0?.hasPrefix("-") != true }) } ?? []
        // A word after --help is the topic. In `call METHOD --help` it may also be one of the params.
        if let page = page(further, filter) { return page }
        if let page = page(words, filter) { return page }
        guard let word = further.first ?? words.first else { return overview.joined(separator: "\n") + "\n" }
        throw Failure(sentence: unknown(word == CommandWord.call.rawValue ? further.last ?? words.last ?? word : word))
    }

    /// The page for some words: a topic, or `call` and a method; nil if there is none.
    private static func page(_ words: [String], _ filter: MethodTable.Filter) -> String? {
        guard let first = words.first else { return nil }
        let isCall = first == CommandWord.call.rawValue && words.count > 1
        return lines(isCall ? words[1] : first, filter).map { $0.joined(separator: "\n") + "\n" }
    }

    /// The page for `flags`, `methods`, a command, a resource, a method, or a method's verb alone; nil for others.
    private static func lines(_ topic: String, _ filter: MethodTable.Filter) -> [String]? {
        switch topic {
        case "flags": return flags
        case "methods": return methods(filter)
        default:
            if let command = CommandWord(rawValue: topic) { return commandPage(command) }
            let shown = callable.filter { $0.name == topic || $0.resource == topic || $0.verb == topic }
            return shown.isEmpty ? nil : Array(shown.map(methodPage).joined(separator: [""]))
        }
    }

    static let callable = Method.all.filter { $0.availability != .unlisted }

    private static func unknown(_ topic: String) -> String {
        let known =
            ["flags", "methods"] + CommandWord.allCases.map(\.rawValue) + callable.map(\.name)
            + callable.flatMap { [String($0.resource), String($0.verb)] }
        let hint =
            topic.nearest(in: known).map { "did you mean \($0)?" }
            ?? "there are flags, methods, each command, and each method."
        return "\(Failure.shown(topic)) is no topic of --help; \(hint)"
    }

    private static var overview: [String] {
        var lines = [
            "engagement-rpc \(Version.number): the AskElephant Public API v2 as JSON-RPC 2.0 over stdin and stdout.",
            "",
        ]
        for word in CommandWord.allCases {
            lines.append((word == .serve ? "usage: " : "       ") + "engagement-rpc \(word.usage) [FLAGS]")
            lines.append("".padded(11) + word.summary)
        }
        lines += [
            "", "try:   engagement-rpc call engagement.get ngmt_sandbox01 --sandbox",
            "       engagement-rpc call engagement.addContacts ngmt_sandbox01 cnt_sandbox05 --sandbox",
            "",
            "more:  engagement-rpc help flags       every setting, its variable and its default",
            "       engagement-rpc help methods     every method, in a line",
            "       engagement-rpc help call        how to write PARAMS; so for each command",
            "       engagement-rpc help METHOD      its parameters; also a RESOURCE, or a verb such as findContacts",
            "--help in any of these places does the same.", "",
            "The token comes from ENGAGEMENT_RPC_TOKEN, --token-file or --token-command, never from the command line.",
        ]
        return lines
    }

    private static var flags: [String] {
        let heads = Setting.all.map(\.head)
        let width = 2 + (heads.map(\.count).max() ?? 0)
        var lines: [String] = []
        for (setting, head) in zip(Setting.all, heads) {
            let fallback = setting.placeholder == nil || setting.fallback == "none" ? "" : " [\(setting.fallback)]"
            lines.append(head.padded(width) + setting.summary + fallback)
        }
        let plain = Setting.all.filter { $0.variables.isEmpty && $0.commands.isEmpty }.map(\.flag)
            .joined(separator: ", ")
        lines += [
            "", "Each has a variable, ENGAGEMENT_RPC_ and its name (--read-only: ENGAGEMENT_RPC_READ_ONLY=1), but",
            "those of single commands, \(plain). A flag wins. SSL_CERT_FILE stands in for --ca-file.",
            "ENGAGEMENT_RPC_TOKEN is the token: API keys (sk-apik_…) are sent as they are, others as Bearer …",
            "No word after -- is a flag: engagement-rpc plan -- -july.csv",
        ]
        return lines
    }

    private static func methods(_ filter: MethodTable.Filter) -> [String] {
        let shown = callable.filter(filter.allows)
        let width = 2 + (shown.map(\.name.count).max() ?? 0)
        var lines = shown.map { $0.name.padded(width) + $0.summary } + [""]
        let left = callable.count - shown.count
        if left > 0 { lines.append("Not allowed, and not here: \(left); see --read-only and --methods.") }
        return lines + ["help METHOD has its parameters. They go in as an object, or as an array in their order."]
    }

    private static func commandPage(_ command: CommandWord) -> [String] {
        var lines = ["usage: engagement-rpc \(command.usage) [FLAGS]", "       \(command.summary)"]
        if !command.detail.isEmpty { lines += [""] + command.detail }
        let own = Setting.all.filter {
            // The word that is the command needs no flag.
            $0.commands.contains(command) || command == .sandbox && $0.isOfSandbox && $0.flag != "--sandbox"
        }
        if !own.isEmpty { lines.append("") }
        for setting in own {
            let isOwn = setting.commands.contains(command)
            let text = isOwn ? setting.summary.split(separator: ": ", maxSplits: 1).last ?? "" : setting.summary[...]
            lines.append("  " + setting.head.padded(max(22, setting.head.count + 2)) + text)
        }
        return lines
    }

    private static func methodPage(_ method: Method) -> [String] {
        var lines = wrapped("\(method.name): \(method.summary)", indent: 0)
        if !method.detail.isEmpty { lines += wrapped(method.detail, indent: 2) }
        if let (verb, path) = method.address { lines.append("  \(verb) \(path)") }
        if !method.scopes.isEmpty { lines.append("  scopes: " + method.scopes.joined(separator: ", ")) }
        for parameter in method.parameters {
            let head = "  " + parameter.name + (parameter.isRequired ? "" : "?")
            let text = [parameter.documentation, parameter.limits].filter { !$0.isEmpty }.joined(separator: " ")
                .filter { $0 != "`" }
            let body = wrapped(text, indent: 24)
            if head.count < 23 {
                lines.append(head.padded(24) + (body.first ?? "").dropFirst(24))
                lines += body.dropFirst()
            } else {
                lines += [head] + body
            }
        }
        return lines + ["  example: engagement-rpc call " + example(method)]
    }

    /// A call of `method`, ready to be pasted.
    private static func example(_ method: Method) -> String {
        let flags = method.needsJournal ? " --journal journal.jsonl" : ""
        let params = method.example ?? examples.first { $0.name == method.name }?.params ?? "{}"
        let quoted = params.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        return method.name + (params == "{}" ? "" : " '\(quoted)'") + flags + " --sandbox"
    }

    /// Examples for methods whose answer would show nothing in documents.
    private static let examples: [(name: String, params: String)] = [
        ("engagement.undo", #"{"engagement_id":"ngmt_sandbox01"}"#),
        ("sandbox.fail", #"{"match":"PUT /v2/engagements/*/contacts","steps":[{"status":503}]}"#),
        ("sandbox.scopes", #"{"scopes":["engagements:read"]}"#),
    ]

    /// `text` in lines of at most 100 characters, each indented by `indent` blanks.
    private static func wrapped(_ text: String, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        var (lines, line) = ([String](), blanks)
        for word in text.split(separator: " ") {
            if line.count + word.count > 99, line.count > indent {
                lines.append(line)
                line = blanks
            }
            line += (line.count > indent ? " " : "") + word
        }
        return line.count > indent ? lines + [line] : lines
    }
}

extension Setting {
    /// The flag and the placeholder of its value.
    fileprivate var head: String { flag + (placeholder.map { " \($0)" } ?? "") }
}

extension Method {
    /// The verb: `findContacts` of `engagement.findContacts`.
    fileprivate var verb: Substring { name.dropFirst(resource.count + 1) }
}
