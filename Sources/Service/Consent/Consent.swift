/// How a call that destroys something gets a person's yes.
final class Consent {
    /// Who asks.
    enum Way {
        case request(any Asker)
        /// `returned`: what a client that has asked gives back, which is what it was given, and what the person said.
        case callingAgain(any InputRequester, returned: (state: String, verdict: Verdict)?)
    }

    let way: Way
    /// What a person has said yes to; nil before.
    private var granted: [UInt8]?

    init(_ way: Way) { self.way = way }

    /// Who asks by a request; nil where the client asks and calls again.
    var asker: (any Asker)? {
        if case .request(let asker) = way { asker } else { nil }
    }

    /// A person has said yes to this.
    func grant(_ subject: [UInt8]) { granted = subject }

    /// Whether a person has said yes to this.
    func holds(for subject: [UInt8]) -> Bool { granted == subject }
}
