import EngagementAPI

/// What `--help` prints; made from the same tables that the program works from. Each topic fits a screen.
enum Help {
    /// `topic`: nil for the overview; `flags`, `methods`, a resource or a method. Throws for any other.
    static func text(_ topic: String?) throws(Failure) -> String {
        let lines: [String]
        switch topic {
        case nil: lines = overview
        case "flags": lines = flags
        case "methods": lines = methods
        case let name?:
            let shown = callable.filter { $0.name == name || $0.resource == name }
            guard !shown.isEmpty else { throw Failure(sentence: unknown(name)) }
            lines = Array(shown.map(description).joined(separator: [""]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static let callable = Method.all.filter { $0.availability != .unlisted }

    private static func unknown(_ topic: String) -> String {
        let known = ["flags", "methods"] + callable.map(\.name)
        let hint =
            topic.nearest(in: known).map { "did you mean \($0)?" } ?? "there are flags, methods, and each method."
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
            "", "try:   engagement-rpc call engagement.get '[\"ngmt_sandbox01\"]' --sandbox",
            "       engagement-rpc call engagement.addContacts '[\"ngmt_sandbox01\",[\"cnt_sandbox05\"]]' --sandbox",
            "",
            "more:  engagement-rpc --help flags     every setting, its variable and its default",
            "       engagement-rpc --help methods   every method, in a line",
            "       engagement-rpc --help METHOD    its parameters; --help RESOURCE: those of all its methods",
            "       engagement-rpc --version", "",
            "The token comes from ENGAGEMENT_RPC_TOKEN, --token-file or --token-command, never from the command line.",
        ]
        return lines
    }

    private static var flags: [String] {
        let heads = Setting.all.map { $0.flag + ($0.placeholder.map { " \($0)" } ?? "") }
        let width = 2 + (heads.map(\.count).max() ?? 0)
        var lines: [String] = []
        for (setting, head) in zip(Setting.all, heads) {
            let fallback = setting.placeholder == nil || setting.fallback == "none" ? "" : " [\(setting.fallback)]"
            lines.append(head.padded(width) + setting.summary + fallback)
        }
        let plain = Setting.all.filter { $0.variables.isEmpty }.map(\.flag).joined(separator: ", ")
        lines += [
            "", "Each has a variable, ENGAGEMENT_RPC_ and its name (--read-only: ENGAGEMENT_RPC_READ_ONLY=1), but",
            "\(plain). SSL_CERT_FILE stands in for --ca-file. A flag wins. ENGAGEMENT_RPC_TOKEN is the token:",
            "API keys (sk-apik_…) are sent as they are, others as Bearer …",
        ]
        return lines
    }

    private static var methods: [String] {
        let width = 2 + (callable.map(\.name.count).max() ?? 0)
        return callable.map { $0.name.padded(width) + $0.summary }
            + ["", "--help METHOD has its parameters. They go in as an object, or as an array in their order."]
    }

    private static func description(_ method: Method) -> [String] {
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
        return lines
    }

    /// `text` in lines of at most 100 characters, each behind `indent` blanks.
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
