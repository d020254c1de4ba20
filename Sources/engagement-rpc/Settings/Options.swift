import Bytes
import EngagementAPI
import JSONRPC
import Runtime
import Service

/// Why the process ends, or does not start: one sentence, and an exit status of sysexits.h.
struct Failure: Error {
    let sentence: String
    var code = Failure.usage

    /// A flag or variable that can't be followed (EX_USAGE).
    static let usage: Int32 = 64
    /// A file that is to be read can't be opened (EX_NOINPUT).
    static let noInput: Int32 = 66
    /// The system has too little of something (EX_OSERR).
    static let systemError: Int32 = 71
    /// Something can't be read or written (EX_IOERR).
    static let ioError: Int32 = 74

    /// A word of the command line as a message may repeat it: only what can't be a token put there by mistake.
    static func shown(_ word: String) -> String {
        let name = word.prefix { $0 != "=" }
        let isHarmless = name.utf8.count <= 32 && name.utf8.allSatisfy { 0x2D...0x2E ~= $0 || ($0 | 0x20) &- 0x61 < 26 }
        return isHarmless ? "\"\(name)\"" : "A word of the command line"
    }
}

/// Every setting of the process, and where each came from.
struct Options {
    var isSandbox = false
    /// Nil for the default, which stands in its `Setting`.
    var baseURL: String?
    var tokenFile: FilePath?
    var tokenCommand: String?
    var caFile: FilePath?
    var journal: FilePath?
    var confirm = ServiceSettings.Confirm.never
    var timeoutMs = 30_000
    var maxAttempts = 3
    var maxInFlight = 64
    var maxConnections = 16
    var maxCallsPerSecond: Double?
    var isReadOnly = false
    var methods: [String]?
    var toolsets = [Toolset.attendees]
    var allowsHTTP2 = false
    var framing = Framing.auto
    var logLevel = Logger.Level.warning
    var logFormat = Logger.Format.text
    var progress = Progress.auto
    /// Whether `call` prints the bare line, or the result in one.
    var (isRaw, isCompact) = (false, false)
    static let defaultBaseURL = "https://app.askelephant.ai/api"
    /// Where a setting came from, by its flag; absent for defaults.
    var origins = Origins()

    /// Which methods may be called.
    var filter: MethodTable.Filter {
        MethodTable.Filter(
            isReadOnly: isReadOnly, patterns: methods, toolsets: toolsets, hasJournal: journal != nil)
    }

    /// The flag that says where the token comes from, or nil for `ENGAGEMENT_RPC_TOKEN`, which only a flag overrules.
    /// Throws when two flags do.
    func tokenSource(hasToken: Bool) throws(Failure) -> String? {
        let flags = ["--token-file", "--token-command"]
        let given = flags.filter { origins[$0] == "flag" }
        guard given.count < 2 else {
            throw Failure(sentence: "--token-file and --token-command are both given; the token has one place.")
        }
        return given.first ?? (hasToken ? nil : flags.first { origins[$0] != nil })
    }

    enum Progress: String, CaseIterable { case auto, always, never }

    /// The words that are no flags: a command and what it takes.
    private(set) var words: [String] = []

    /// Reads the command line, then the environment for what no flag has set.
    init(_ arguments: [Word], environment: (String) -> Word?) throws(Failure) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            let (head, value) = word.parts
            guard let flag = head.text, let text = word.text ?? (flag.hasPrefix("-") ? flag : nil) else {
                throw Failure(sentence: "A word of the command line is not UTF-8.")
            }
            guard text.hasPrefix("-"), text != "-" else {
                words.append(text)
                continue
            }
            // Editors add it to what they start; this is the only way there is.
            if text == "--stdio" { continue }
            guard let setting = Setting.all.first(where: { $0.flag == flag }) else {
                throw Failure(sentence: "\(Failure.shown(text)) is not a flag; \(Self.hint(for: flag))")
            }
            guard origins[setting.flag] == nil else {
                throw Failure(sentence: "\(setting.flag) is given twice.")
            }
            origins[setting.flag] = "flag"
            if setting.placeholder == nil {
                guard value == nil else { throw Failure(sentence: "\(setting.flag) takes no value.") }
                try setting.apply(&self, Word(bytes: "1".utf8), setting.flag)
            } else {
                // A flag in the place of a value is a value forgotten; --flag=--value says that it is meant.
                let next = rest.first.flatMap { $0.bytes.starts(with: "--".utf8) ? nil : $0 }
                guard let value = value ?? next else { throw Failure(sentence: "\(setting.flag) needs a value.") }
                if word.parts.value == nil { rest.removeFirst() }
                try setting.apply(&self, value, setting.flag)
            }
        }
        for setting in Setting.all where origins[setting.flag] == nil {
            for variable in setting.variables {
                guard let value = environment(variable), !value.bytes.isEmpty else { continue }
                try setting.apply(&self, value, variable)
                origins[setting.flag] = variable
                break
            }
        }
    }

    /// The words that are neither flags nor values of flags, of a command line that nothing else is known of.
    static func plainWords(_ texts: some Sequence<String?>) -> [String] {
        var (words, isValue) = ([String](), false)
        for text in texts {
            guard let text else { continue }
            guard text.hasPrefix("-"), text != "-" else {
                if !isValue { words.append(text) }
                isValue = false
                continue
            }
            isValue = Setting.all.contains { $0.flag == text && $0.placeholder != nil }
        }
        return words
    }

    /// A sentence for each variable that is meant for this program by its name and not known to it.
    static func strangers(_ variables: [Word]) -> [String] {
        var sentences: [String] = []
        for variable in variables {
            let (name, value) = variable.parts
            guard let name = name.text, name.hasPrefix(prefix), value?.bytes.isEmpty == false, name != tokenVariable,
                !Setting.all.contains(where: { $0.variables.contains(name) })
            else { continue }
            let isHarmless =
                name.utf8.count <= 64
                && name.utf8.allSatisfy { 0x41...0x5A ~= $0 || $0.isDigit || $0 == UInt8(ascii: "_") }
            let known = [tokenVariable] + Setting.all.flatMap(\.variables)
            let hint = name.nearest(in: known.filter { $0.hasPrefix(prefix) }).map { "; did you mean \($0)?" }
            let subject = isHarmless ? name : "A variable whose name begins with \(prefix)"
            sentences.append("\(subject) is no setting and is passed over" + (hint ?? "; --help flags lists them."))
        }
        return sentences
    }

    static let prefix = "ENGAGEMENT_RPC_"
    static let tokenVariable = prefix + "TOKEN"

    private static func hint(for flag: String) -> String {
        if flag == "--token" { return "the token goes into ENGAGEMENT_RPC_TOKEN or a --token-file." }
        return flag.nearest(in: Setting.all.map(\.flag)).map { "did you mean \($0)?" } ?? "--help lists them."
    }
}

/// Which flag has its value from where. A list: the first dictionary of a process has the runtime look for conformances
/// through all of the binary, which is a thirtieth of the start.
struct Origins {
    private var list: [(flag: String, origin: String)] = []

    subscript(flag: String) -> String? {
        get { list.first { $0.flag == flag }?.origin }
        set {
            list.removeAll { $0.flag == flag }
            if let newValue { list.append((flag, newValue)) }
        }
    }
}

/// One setting: flag, variables, and how a value is taken. `--help` and the page of settings come from this list.
struct Setting: Sendable {
    let flag: String
    let variables: [String]
    /// What stands for the value in the help; nil for a switch.
    let placeholder: String?
    let fallback: String
    let summary: String
    /// The value in force, for a person.
    func value(_ options: Options) -> String { show(options) }

    private let show: @Sendable (Options) -> String
    private let take: @Sendable (inout Options, String) -> Bool
    private let expected: String
    /// For a setting that is a path, which need not be UTF-8.
    private var takePath: (@Sendable (inout Options, FilePath) -> Void)?

    func apply(_ options: inout Options, _ word: Word, _ source: String) throws(Failure) {
        if let takePath, !word.bytes.isEmpty {
            return (word.bytes + [0]).withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { text in
                    if let start = text.baseAddress { takePath(&options, FilePath(cString: start)) }
                }
            }
        }
        guard let value = word.text else { throw Failure(sentence: "\(source) is not UTF-8.") }
        guard take(&options, value) else {
            // A token put there by mistake is not shown.
            let shown = value.utf8.count <= 40 && !value.contains("apik") ? ", not \(value.quoted)" : ""
            throw Failure(sentence: "\(source) must be \(expected)\(shown).")
        }
    }

    static let all: [Setting] = [
        toggle(
            "--sandbox", "SANDBOX", "serve from a built-in sample workspace; no token, no network", { $0.isSandbox },
            { $0.isSandbox = $1 }),
        text(
            "--base-url", ["ENGAGEMENT_RPC_BASE_URL"], "URL", Options.defaultBaseURL, "where the API is",
            { $0.baseURL }, { $0.baseURL = $1 }),
        path(
            "--token-file", ["ENGAGEMENT_RPC_TOKEN_FILE"], "none",
            "file whose first line is the token; read again when the API answers 401", { $0.tokenFile },
            { $0.tokenFile = $1 }),
        Setting(
            flag: "--token-command", variables: ["ENGAGEMENT_RPC_TOKEN_COMMAND"], placeholder: "CMD", fallback: "none",
            summary: "shell command that prints the token; run when it is needed, and after a 401",
            // The command itself may hold a secret.
            show: { $0.tokenCommand == nil ? "none" : "a command" },
            take: { options, value in
                options.tokenCommand = value
                return !value.isEmpty
            }, expected: "a shell command"),
        path(
            "--ca-file", ["ENGAGEMENT_RPC_CA_FILE", "SSL_CERT_FILE"], "libcurl's",
            "PEM file with certificates to trust besides the system's", { $0.caFile }, { $0.caFile = $1 }),
        path(
            "--journal", ["ENGAGEMENT_RPC_JOURNAL"], "none",
            "file in which each write is noted before it leaves; engagement.undo reads it",
            { $0.journal }, { $0.journal = $1 }),
        number(
            "--timeout-ms", "TIMEOUT_MS", 1...600_000, "30000", "one call, all its attempts included", { $0.timeoutMs },
            { $0.timeoutMs = $1 }),
        number(
            "--max-attempts", "MAX_ATTEMPTS", 1...10, "3", "requests per call; 1 switches retries off",
            { $0.maxAttempts }, { $0.maxAttempts = $1 }),
        number(
            "--max-in-flight", "MAX_IN_FLIGHT", 1...1024, "64", "calls worked on at once", { $0.maxInFlight },
            { $0.maxInFlight = $1 }),
        number(
            "--max-connections", "MAX_CONNECTIONS", 1...256, "16", "connections to the API", { $0.maxConnections },
            { $0.maxConnections = $1 }),
        Setting(
            flag: "--max-calls-per-second", variables: ["ENGAGEMENT_RPC_MAX_CALLS_PER_SECOND"], placeholder: "N",
            fallback: "none", summary: "HTTP requests begun per second; further ones wait",
            show: { $0.maxCallsPerSecond.map { "\($0)" } ?? "none" },
            take: { options, value in
                guard value.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), let rate = Double(value),
                    0.001...1_000_000 ~= rate
                else { return false }
                options.maxCallsPerSecond = rate
                return true
            }, expected: "a number from 0.001 to 1000000"),
        toggle(
            "--read-only", "READ_ONLY", "refuse every method that writes", { $0.isReadOnly }, { $0.isReadOnly = $1 }),
        Setting(
            flag: "--methods", variables: ["ENGAGEMENT_RPC_METHODS"], placeholder: "LIST", fallback: "all",
            summary: "methods that may be called, such as engagement.*,contact.get",
            show: { $0.methods?.joined(separator: ",") ?? "all" },
            take: { options, value in
                let patterns = value.split(separator: ",").map { $0.filter { $0 != " " } }
                options.methods = patterns
                // Names that this version does not know are let through: one list may serve several versions.
                return !patterns.isEmpty && patterns.allSatisfy(Self.isPattern)
            }, expected: "names of methods, or beginnings with a star at the end"),
        Setting(
            flag: "--confirm", variables: ["ENGAGEMENT_RPC_CONFIRM"], placeholder: "never|auto|always",
            fallback: "never", summary: "whether an MCP client has to ask a person before a tool destroys something",
            show: { $0.confirm.rawValue },
            take: { options, value in
                guard let confirm = ServiceSettings.Confirm(rawValue: value.lowercased()) else { return false }
                options.confirm = confirm
                return true
            }, expected: "never, auto or always"),
        Setting(
            flag: "--toolsets", variables: ["ENGAGEMENT_RPC_TOOLSETS"], placeholder: "LIST", fallback: "attendees",
            summary: "tools for agents: attendees, all, or names",
            show: { $0.toolsets.map(\.rawValue).joined(separator: ",") },
            take: { options, value in
                let names = value.split(separator: ",").map { $0.filter { $0 != " " } }
                let chosen = names.flatMap { $0 == "all" ? Toolset.allCases : Toolset(rawValue: $0).map { [$0] } ?? [] }
                options.toolsets = chosen
                return !names.isEmpty && names.allSatisfy { $0 == "all" || Toolset(rawValue: $0) != nil }
            }, expected: "names of toolsets: attendees, engagements, contacts, companies, tags, users, comments, or all"
        ),
        toggle("--http2", "HTTP2", "let HTTP/2 be negotiated", { $0.allowsHTTP2 }, { $0.allowsHTTP2 = $1 }),
        choice(
            "--framing", [], Framing.self, "auto", "how messages are told apart on stdin and stdout", { $0.framing },
            { $0.framing = $1 }),
        Setting(
            flag: "--log-level", variables: ["ENGAGEMENT_RPC_LOG_LEVEL"], placeholder: "error|warning|info|debug",
            fallback: "warning", summary: "what is told on stderr", show: { $0.logLevel.name },
            take: { options, value in
                let word = value.lowercased()
                guard let level = Logger.Level.allCases.first(where: { $0.name == word }) else { return false }
                options.logLevel = level
                return true
            }, expected: "error, warning, info or debug"),
        choice(
            "--log-format", ["ENGAGEMENT_RPC_LOG_FORMAT"], Logger.Format.self, "text", "shape of log lines",
            { $0.logFormat }, { $0.logFormat = $1 }),
        choice(
            "--progress", [], Options.Progress.self, "auto", "a live line on stderr for long runs", { $0.progress },
            { $0.progress = $1 }),
        toggle("--raw", nil, "call: the answer as the one line that it is", { $0.isRaw }, { $0.isRaw = $1 }),
        toggle("--compact", nil, "call: the result on one line", { $0.isCompact }, { $0.isCompact = $1 }),
    ]

    private static func isPattern(_ text: String) -> Bool {
        let stem = text.hasSuffix("*") ? text.dropLast() : text[...]
        return !text.isEmpty && stem.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: ".") }
    }

    private static func toggle(
        _ flag: String, _ name: String?, _ summary: String, _ get: @escaping @Sendable (Options) -> Bool,
        _ set: @escaping @Sendable (inout Options, Bool) -> Void
    ) -> Setting {
        Setting(
            flag: flag, variables: name.map { ["ENGAGEMENT_RPC_" + $0] } ?? [], placeholder: nil, fallback: "off",
            summary: summary,
            show: { get($0) ? "on" : "off" },
            take: { options, value in
                let word = value.lowercased()
                let isOn = ["1", "true", "yes", "on"].contains(word)
                guard isOn || ["0", "false", "no", "off"].contains(word) else { return false }
                set(&options, isOn)
                return true
            }, expected: "1, true, yes or on, or 0, false, no or off")
    }

    private static func number(
        _ flag: String, _ name: String, _ range: ClosedRange<Int>, _ fallback: String, _ summary: String,
        _ get: @escaping @Sendable (Options) -> Int, _ set: @escaping @Sendable (inout Options, Int) -> Void
    ) -> Setting {
        Setting(
            flag: flag, variables: ["ENGAGEMENT_RPC_" + name], placeholder: "N", fallback: fallback, summary: summary,
            show: { String(get($0)) },
            take: { options, value in
                guard value.utf8.allSatisfy(\.isDigit), let number = Int(value), range.contains(number) else {
                    return false
                }
                set(&options, number)
                return true
            }, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ flag: String, _ variables: [String], _: Value.Type, _ fallback: String, _ summary: String,
        _ get: @escaping @Sendable (Options) -> Value, _ set: @escaping @Sendable (inout Options, Value) -> Void
    ) -> Setting {
        // Put together by hand: `joined` has the runtime look for conformances, as a dictionary does.
        var (placeholder, listed) = ("", "")
        let last = Value.allCases.count - 1
        for (index, value) in Value.allCases.enumerated() {
            placeholder += (index == 0 ? "" : "|") + value.rawValue
            listed += (index == 0 ? "" : index == last ? " or " : ", ") + value.rawValue
        }
        return Setting(
            flag: flag, variables: variables, placeholder: placeholder, fallback: fallback, summary: summary,
            show: { get($0).rawValue },
            take: { options, value in
                guard let chosen = Value(rawValue: value.lowercased()) else { return false }
                set(&options, chosen)
                return true
            }, expected: listed)
    }

    private static func text(
        _ flag: String, _ variables: [String], _ placeholder: String, _ fallback: String, _ summary: String,
        _ get: @escaping @Sendable (Options) -> String?, _ set: @escaping @Sendable (inout Options, String?) -> Void
    ) -> Setting {
        Setting(
            flag: flag, variables: variables, placeholder: placeholder, fallback: fallback, summary: summary,
            show: { get($0) ?? fallback },
            take: { options, value in
                set(&options, value)
                return !value.isEmpty
            }, expected: "a value")
    }

    private static func path(
        _ flag: String, _ variables: [String], _ fallback: String, _ summary: String,
        _ get: @escaping @Sendable (Options) -> FilePath?,
        _ set: @escaping @Sendable (inout Options, FilePath?) -> Void
    ) -> Setting {
        Setting(
            flag: flag, variables: variables, placeholder: "PATH", fallback: fallback, summary: summary,
            show: { get($0)?.text ?? fallback }, take: { _, _ in false }, expected: "a path",
            takePath: { set(&$0, $1) })
    }
}
