import Bytes

/// One setting: its flag and variables, how a value is read, and where it goes. Options, `--help`, completions, the man
/// page and the table of settings come from the list of them, `Setting.all`.
struct Setting: Sendable {
    let flag: String
    /// In the order in which they are asked.
    let variables: [String]
    /// What stands for the value in the help; nil for a switch.
    let placeholder: String?
    let summary: String
    let completions: Completion

    /// What a shell completes a value with.
    enum Completion: Sendable { case nothing, files, methods, words([String]) }

    /// Sets the value; false, and whatever else, for what can't be one.
    private let set: @Sendable (inout Options, Word) -> Bool
    private let show: @Sendable (Options) -> String
    /// What a value must be.
    private let rule: String
    /// Whether the value is a path, which need not be UTF-8.
    private let isPath: Bool

    /// The variables are `ENGAGEMENT_RPC_` and the flag's name, and `further`.
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

    static let prefix = "ENGAGEMENT_RPC_"
    /// The one variable that no flag stands for.
    static let tokenVariable = prefix + "TOKEN"

    private static func variable(of flag: String) -> String {
        prefix + String(flag.dropFirst(2).map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// The value in force, for a person.
    func value(_ options: Options) -> String { show(options) }

    /// The value that holds where none is given, for a person.
    var fallback: String { show(Options()) }

    /// Reads a value that `source`, a flag or a variable, gives.
    func apply(_ word: Word, from source: String, to options: inout Options) throws(Failure) {
        guard isPath && !word.bytes.isEmpty || word.text != nil else {
            throw Failure(sentence: "\(source) is not UTF-8.")
        }
        guard set(&options, word) else {
            // A token put there by mistake is not shown.
            let text = word.text ?? ""
            let shown = text.utf8.count <= 40 && !text.contains("apik") ? ", not \(text.quoted)" : ""
            throw Failure(sentence: "\(source) must be \(rule)\(shown).")
        }
    }
}
