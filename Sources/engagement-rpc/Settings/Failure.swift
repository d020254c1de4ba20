/// Why the process ends or does not start, in sentences, and an exit status of sysexits.h.
struct Failure: Error {
    /// Each is a line on stderr.
    let sentences: [String]
    let code: Int32

    init(sentence: String, code: Int32 = Failure.usage) { self.init(sentences: [sentence], code: code) }

    init(sentences: [String], code: Int32) { (self.sentences, self.code) = (sentences, code) }

    /// Writes the sentences to stderr.
    func say() { for sentence in sentences { StandardText.say("engagement-rpc: \(sentence.printable)\n") } }

    /// A flag or variable has a bad value (EX_USAGE).
    static let usage: Int32 = 64
    /// Something is wrong with the input (EX_DATAERR).
    static let badData: Int32 = 65
    /// An input file can't be opened (EX_NOINPUT).
    static let noInput: Int32 = 66
    /// Something can't be created (EX_CANTCREAT).
    static let cantCreate: Int32 = 73
    /// The system has too little of something (EX_OSERR).
    static let systemError: Int32 = 71
    /// Something can't be read or written (EX_IOERR).
    static let ioError: Int32 = 74

    /// A word of the command line for a message: only a word that can't be a misplaced token.
    static func shown(_ word: String) -> String {
        let name = word.prefix { $0 != "=" }
        let isHarmless = name.utf8.count <= 32 && name.utf8.allSatisfy { 0x2D...0x2E ~= $0 || ($0 | 0x20) &- 0x61 < 26 }
        return isHarmless ? "\"\(name)\"" : "A word of the command line"
    }
}
