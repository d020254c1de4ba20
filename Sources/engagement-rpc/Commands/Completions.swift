import EngagementAPI

/// Completions for shells: commands, flags, their values, methods.
enum Completions {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    static func text(_ shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    private static let commands = CommandWord.allCases.map(\.rawValue)
    private static let methods = Help.callable.map(\.name)
    private static let flags = Setting.all.map(\.flag) + ["--help", "--version"]
    private static let topics = ["flags", "methods"] + commands + methods

    /// The words that may follow a command.
    private static func words(after command: CommandWord) -> [String] {
        switch command {
        case .call: methods
        case .help: topics
        default: command.words
        }
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: " ") }

    /// The possible values of a flag.
    private enum Values { case files, words([String]), free }

    private static func values(of setting: Setting) -> Values? {
        guard setting.placeholder != nil else { return nil }
        switch setting.completions {
        case .nothing: return .free
        case .files: return .files
        case .methods: return .words(methods)
        case .words(let words): return .words(words)
        }
    }

    private static var bash: String {
        var cases: [String] = []
        for setting in Setting.all {
            switch values(of: setting) {
            case .files: cases.append("        \(setting.flag)) COMPREPLY=($(compgen -f -- \"$word\")); return ;;")
            case .words(let words):
                cases.append(
                    "        \(setting.flag)) COMPREPLY=($(compgen -W '\(list(words))' -- \"$word\")); return ;;")
            case .free: cases.append("        \(setting.flag)) return ;;")
            case nil: break
            }
        }
        for command in CommandWord.allCases {
            if command.takesFile {
                cases.append("        \(command.rawValue)) COMPREPLY=($(compgen -f -- \"$word\")); return ;;")
            }
            let words = words(after: command)
            guard !words.isEmpty else { continue }
            cases.append(
                "        \(command.rawValue)) COMPREPLY=($(compgen -W '\(list(words))' -- \"$word\")); return ;;")
        }
        return """
            # bash completion for engagement-rpc: source <(engagement-rpc completions bash)
            _engagement_rpc() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
                COMPREPLY=()
                case $before in
                    --help) COMPREPLY=($(compgen -W '\(list(topics))' -- "$word")); return ;;
            \(cases.joined(separator: "\n"))
                esac
                if [[ $word == -* ]]; then
                    COMPREPLY=($(compgen -W '\(list(flags))' -- "$word"))
                elif ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W '\(list(commands))' -- "$word"))
                fi
            }
            complete -F _engagement_rpc engagement-rpc

            """
    }

    /// Works as a file in `fpath`, which is the function's body, and as sourced text, which registers the function
    /// itself.
    private static var zsh: String {
        func zshWord(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
        /// As `_arguments` reads it between brackets.
        func described(_ text: String) -> String {
            var out = ""
            for character in text {
                if "[]:\\".contains(character) { out += "\\" }
                out.append(character)
            }
            return out
        }
        var lines = [
            "#compdef engagement-rpc",
            "# zsh completion for engagement-rpc: source <(engagement-rpc completions zsh), or a file _engagement-rpc in fpath",
            "_engagement-rpc() {", "local curcontext=$curcontext state line", "typeset -A opt_args",
            "_arguments -C -s \\",
        ]
        for setting in Setting.all {
            let action: String
            switch values(of: setting) {
            case .files: action = ":path:_files"
            case .words(let words): action = ":value:(\(list(words)))"
            case .free: action = ":value: "
            case nil: action = ""
            }
            lines.append("    \(zshWord("\(setting.flag)[\(described(setting.summary))]\(action)")) \\")
        }
        lines.append("    '--help[what there is]::topic:(\(list(topics)))' \\")
        lines.append("    '--version[the version]' \\")
        lines.append("    '1:command:(\(list(commands)))' \\")
        lines.append("    '*::word:->word'")
        lines.append("[[ $state == word ]] || return 0")
        lines.append("case $line[1] in")
        for command in CommandWord.allCases {
            let words = words(after: command)
            if !words.isEmpty { lines.append("    \(command.rawValue)) compadd -- \(list(words)) ;;") }
            if command.takesFile { lines.append("    \(command.rawValue)) _files ;;") }
        }
        lines += ["esac", "}"]
        // compinit loads a file under its own name, and calls it.
        lines.append("if [[ $funcstack[1] == _engagement[-_]rpc ]]; then")
        lines.append("    _engagement-rpc \"$@\"")
        lines.append("else")
        lines.append("    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D; }")
        lines.append("    compdef _engagement-rpc engagement-rpc")
        lines.append("fi")
        return (lines + [""]).joined(separator: "\n")
    }

    private static var fish: String {
        let head = "complete -c engagement-rpc"
        var lines = ["\(head) -f"]
        func fishWord(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        for setting in Setting.all {
            var line = "\(head) -l \(setting.flag.dropFirst(2)) -d \(fishWord(setting.summary))"
            switch values(of: setting) {
            case .files: line += " -r -F"
            case .words(let words): line += " -x -a \(fishWord(list(words)))"
            case .free: line += " -x"
            case nil: break
            }
            lines.append(line)
        }
        lines.append("\(head) -l help -d 'what there is' -a \(fishWord(list(topics)))")
        lines.append("\(head) -l version -d 'the version'")
        for command in CommandWord.allCases {
            lines.append("\(head) -n __fish_use_subcommand -a \(command.rawValue) -d \(fishWord(command.summary))")
            if command.takesFile {
                lines.append("\(head) -n '__fish_seen_subcommand_from \(command.rawValue)' -F")
            }
            let words = words(after: command)
            guard !words.isEmpty else { continue }
            lines.append("\(head) -n '__fish_seen_subcommand_from \(command.rawValue)' -a \(fishWord(list(words)))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
