import Bytes

/// Why a journal can't be used.
package struct JournalProblem: Error, Sendable {
    /// The reason as a sentence.
    package let sentence: String
    /// The reason as a clause about the file.
    let reason: String

    init(_ path: FilePath, _ reason: String) {
        self.reason = reason
        sentence = "The journal \(path.text) \(reason)."
    }
}
