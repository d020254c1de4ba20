import Platform

/// A word of the command line, or a variable's value, in the system's bytes.
struct Word {
    /// Without the NUL.
    let bytes: [UInt8]

    /// The word after which none is a flag (POSIX.1-2017, Utility Syntax Guideline 10).
    static let endOfFlags = "--"

    init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Nil when it is not UTF-8.
    var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The parts of a flag before and after its first `=`.
    var parts: (flag: Word, value: Word?) {
        guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (self, nil) }
        return (Word(bytes: bytes[..<sign]), Word(bytes: bytes[(sign + 1)...]))
    }

    /// The value of a variable, or nil if it is not set.
    static func variable(_ name: String) -> Word? { Environment.bytes(of: name).map(Word.init) }

    /// All variables, each as `NAME=value`.
    static var variables: [Word] { Environment.all.map(Word.init) }

    /// The arguments without the program's name. Throws if they are unknown: without its flags, a process could do what
    /// they forbid.
    static func commandLine() throws(Failure) -> [Word] {
        guard let arguments = Environment.arguments else {
            throw Failure(sentence: "The arguments that it was started with can't be had, so it does not start.")
        }
        return arguments.map(Word.init)
    }

    /// The words that are neither flags nor values of flags, in a command line that may be invalid.
    static func plain(_ texts: some Sequence<String?>) -> [String] {
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
}
