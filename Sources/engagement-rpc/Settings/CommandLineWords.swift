import Platform

/// A word of the command line, or the value of a variable, as the bytes that the system was given.
struct Word {
    /// Without the NUL.
    let bytes: [UInt8]

    init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Nil when it is not UTF-8.
    var text: String? { String(validating: bytes, as: UTF8.self) }

    /// What stands before the first `=` of a flag, and behind it.
    var parts: (flag: Word, value: Word?) {
        guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (self, nil) }
        return (Word(bytes: bytes[..<sign]), Word(bytes: bytes[(sign + 1)...]))
    }

    /// The value of a variable, or nil where it is not set.
    static func variable(_ name: String) -> Word? { Environment.bytes(of: name).map(Word.init) }

    /// All variables that are set, each as `NAME=value`.
    static var variables: [Word] { Environment.all.map(Word.init) }

    /// What the program was started with, without its own name. Throws where that can't be had: without its flags a
    /// process could do what they forbid.
    static func commandLine() throws(Failure) -> [Word] {
        guard let arguments = Environment.arguments else {
            throw Failure(sentence: "The arguments that it was started with can't be had, so it does not start.")
        }
        return arguments.map(Word.init)
    }

    /// The words that are neither flags nor values of flags, of a command line that nothing else is known of.
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
