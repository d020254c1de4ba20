import Bytes
import Runtime
import Sandbox
import Service

/// The settings in force, and the words of the command line that aren't flags. Each default is here or in the settings
/// of the room that uses it; `Setting.all` says how each is set.
struct Options {
    var service = ServiceSettings(version: Version.number, baseURL: defaultBaseURL)
    var transport = TransportSettings(
        baseURL: defaultBaseURL, userAgent: "engagement-rpc/\(Version.number)", isClearText: false, isLoopback: false,
        maxConnections: 1)
    var tokenFile: FilePath?
    var tokenCommand: String?
    var journal: FilePath?
    /// Whether to serve from a workspace of this process, and the URL of another process's.
    var (isSandbox, sandboxAt): (Bool, String?) = (false, nil)
    var sandbox = SandboxSettings()
    /// The file with the sandbox's workspace.
    var seed: FilePath?
    var logLevel = Logger.Level.warning
    var logFormat = Logger.Format.text
    var progress = Progress.auto
    /// Whether `call` prints the whole answer, or its result on one line.
    var (isRaw, isCompact) = (false, false)
    /// The settings of jobs.
    var job = JobOptions()
    /// The origin of each setting, by its flag; absent for defaults.
    private(set) var origins = Origins()
    /// The command and its arguments.
    private(set) var words: [String] = []

    enum Progress: String, CaseIterable { case auto, always, never }

    private static let defaultBaseURL = "https://app.askelephant.ai/api"

    init() {}

    /// Reads the command line, then the environment for settings without a flag.
    init(_ arguments: [Word], environment: (String) -> Word?) throws(Failure) {
        var (rest, areFlagsOver) = (arguments[...], false)
        while let word = rest.popFirst() {
            let (head, value) = word.parts
            guard let flag = head.text, let text = word.text ?? (flag.hasPrefix("-") && !areFlagsOver ? flag : nil)
            else { throw Failure(sentence: "A word of the command line is not UTF-8.") }
            guard text.hasPrefix("-"), text != "-", !areFlagsOver else {
                words.append(text)
                continue
            }
            if text == Word.endOfFlags {
                areFlagsOver = true
                continue
            }
            // Editors add it to the command line; it names the only transport of this program.
            if text == "--stdio" { continue }
            guard let setting = Setting.all.first(where: { $0.flag == flag }) else {
                throw Failure(sentence: "\(Failure.shown(text)) is not a flag; \(Self.hint(for: flag))")
            }
            guard origins[setting.flag] == nil || setting.isRepeatable else {
                throw Failure(sentence: "\(setting.flag) is given twice.")
            }
            origins[setting.flag] = "flag"
            if setting.placeholder == nil {
                guard value == nil else { throw Failure(sentence: "\(setting.flag) takes no value.") }
                try setting.apply(Word(bytes: "1".utf8), from: setting.flag, to: &self)
            } else {
                // A flag in place of a value means that the value was forgotten; --flag=--value is explicit.
                let next = rest.first.flatMap { $0.bytes.starts(with: "--".utf8) ? nil : $0 }
                guard let value = value ?? next else { throw Failure(sentence: "\(setting.flag) needs a value.") }
                if word.parts.value == nil { rest.removeFirst() }
                try setting.apply(value, from: setting.flag, to: &self)
            }
        }
        for setting in Setting.all where origins[setting.flag] == nil {
            for variable in setting.variables {
                guard let value = environment(variable), !value.bytes.isEmpty else { continue }
                try setting.apply(value, from: variable, to: &self)
                origins[setting.flag] = variable
                break
            }
        }
        service.filter.hasJournal = journal != nil
        service.isSandbox = isSandbox || sandboxAt != nil
    }

    private static func hint(for flag: String) -> String {
        if flag == "--token" { return "the token goes into ENGAGEMENT_RPC_TOKEN or a --token-file." }
        return flag.nearest(in: Setting.all.map(\.flag)).map { "did you mean \($0)?" } ?? "--help lists them."
    }
}
