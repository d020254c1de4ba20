/// How a call that destroys something gets a person's yes.
final class Consent {
    enum Way {
        case request(any Asker)
        /// The client asks and calls again. `returned` is what it brought back: the state it was given, and the
        /// verdict.
        case callingAgain(any InputRequester, returned: (state: String, verdict: Verdict)?)
    }

    let way: Way
    /// The subject that a person has said yes to; nil before.
    private var granted: [UInt8]?

    init(_ way: Way) { self.way = way }

    /// Who asks by a request; nil where the client asks and calls again.
    var asker: (any Asker)? {
        if case .request(let asker) = way { asker } else { nil }
    }

    /// Records a person's yes to this subject.
    func grant(_ subject: [UInt8]) { granted = subject }

    func holds(for subject: [UInt8]) -> Bool { granted == subject }
}
