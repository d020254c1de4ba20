import Bytes

/// One setting: its flag, its variables, the reading of its value, and the place that it sets. Options, `--help`,
/// completions, the man page and the table of settings come from the list `Setting.all`.
struct Setting: Sendable {
    let flag: String
    /// In order of precedence.
    let variables: [String]
    /// The placeholder of the value in the help; nil for a switch.
    let placeholder: String?
    private(set) var summary: String
    let completions: Completion
    /// The commands that it belongs to; empty for a setting of all.
    private(set) var commands: [CommandWord] = []
    /// Whether the command `sandbox` follows it.
    private(set) var isOfSandbox = false
    /// Whether it may be given several times.
    private(set) var isRepeatable = false

    /// How a shell completes a value.
    enum Completion: Sendable { case nothing, files, methods, words([String]) }

    /// Sets the value; false for an invalid one.
    private let set: @Sendable (inout Options, Word) -> Bool
    private let show: @Sendable (Options) -> String
    /// The rule for values.
    private let rule: String
    /// Whether the value is a path, which need not be UTF-8.
    private let isPath: Bool

    /// `variables` become `ENGAGEMENT_RPC_` and the flag's name, then `further`.
    init(
        _ flag: String, hasVariable: Bool = true, further: [String] = [], placeholder: String?, summary: String,
        rule: String, completions: Completion = .nothing, isPath: Bool = false,
        set: @escaping @Sendable (inout Options, Word) -> Bool, show: @escaping @Sendable (Options) -> String
    ) {
        self.flag = flag
        variables = (hasVariable ? [Self.variable(of: flag)] : []) + further
        self.placeholder = placeholder
        self.summary = summary
        self.rule = rule
        self.completions = completions
        self.isPath = isPath
        self.set = set
        self.show = show
    }

    /// This setting as one of these commands alone.
    func of(_ commands: CommandWord..., repeatedly isRepeatable: Bool = false) -> Setting {
        var copy = self
        copy.commands = commands
        copy.isOfSandbox = commands.contains(.sandbox)
        copy.isRepeatable = isRepeatable
        copy.summary = commands.map(\.rawValue).joined(separator: ", ") + ": " + summary
        return copy
    }

    /// This setting as one that `sandbox` follows, too.
    func alsoOfSandbox() -> Setting {
        var copy = self
        copy.isOfSandbox = true
        return copy
    }

    static let prefix = "ENGAGEMENT_RPC_"
    /// The only variable without a flag.
    static let tokenVariable = prefix + "TOKEN"

    private static func variable(of flag: String) -> String {
        prefix + String(flag.dropFirst(2).map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// The value in force, for people.
    func value(_ options: Options) -> String { show(options) }

    /// The default, for people.
    var fallback: String { show(Options()) }

    /// Reads a value from `source`, a flag or a variable.
    func apply(_ word: Word, from source: String, to options: inout Options) throws(Failure) {
        guard isPath && !word.bytes.isEmpty || word.text != nil else {
            throw Failure(sentence: "\(source) is not UTF-8.")
        }
        guard set(&options, word) else {
            // A misplaced token is not shown.
            let text = word.text ?? ""
            let shown = text.utf8.count <= 40 && !text.contains("apik") ? ", not \(text.quoted)" : ""
            throw Failure(sentence: "\(source) must be \(rule)\(shown).")
        }
    }
}
