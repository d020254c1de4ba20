import Bytes
import HTTP
import JSON
import JSONRPC

/// What a person is asked before something is destroyed.
struct Question {
    /// What they need to know, in lines.
    let message: String
    /// The contacts that it is about, as they were read: what was agreed to holds for these.
    let shown: [String]
}

/// What a person said.
enum Verdict {
    case yes, no
    /// The question was put away.
    case dismissed
    /// Nothing, for as long as is waited.
    case nothing
    /// Whoever should have asked them could not.
    case notAsked(String)

    /// The failure that this is; nil for a yes.
    var failure: RPCFailure? {
        switch self {
        case .yes: nil
        case .no: RPCFailure(.declined, "The person who was asked said no; nothing was changed.")
        case .dismissed: RPCFailure(.declined, "The person who was asked put the question away; nothing was changed.")
        case .nothing: RPCFailure(.declined, "Nobody answered the question within 5 minutes; nothing was changed.")
        case .notAsked(let why):
            RPCFailure(.declined, "Nobody could be asked (\(why.cut(after: 200))); nothing was changed.")
        }
    }

    /// What a client says that it was.
    init(_ response: Response) {
        let reason = response.error?.member("message")?.string
        self.init(action: response.result?.member("action")?.string ?? "", otherwise: reason)
    }

    /// The action of an answer, as MCP has it; for any other nobody was asked.
    init(action: String, otherwise reason: String? = nil) {
        switch action {
        case "accept": self = .yes
        case "decline": self = .no
        case "cancel": self = .dismissed
        default: self = .notAsked(reason ?? "the client gave no action")
        }
    }
}

/// How a call that destroys something comes to a person's yes.
final class Consent {
    /// Whether the client asks and calls again, and nothing waits for it in between.
    let isStateless: Bool
    /// What a client that has asked gives back: what it was given, and what the person did.
    let returned: (state: String, action: String)?
    /// The contacts for which a person has said yes; nil before.
    private(set) var grantedContacts: [String]?
    /// Whether a person has said yes.
    var isGranted: Bool { grantedContacts != nil }

    init(isStateless: Bool, returned: (state: String, action: String)?) {
        self.isStateless = isStateless
        self.returned = returned
    }

    /// A person has said yes to a change of these contacts.
    func grant(_ contacts: [String]) { grantedContacts = contacts }

    /// Whether a person has said yes to a change of these contacts.
    func holds(for contacts: [String]) -> Bool { grantedContacts?.holdsSame(as: contacts) ?? false }
}

/// Questions that are open, and consents that a client may come back with.
final class Confirmations {
    /// Seconds that a person has.
    static let patience = 300.0
    /// Consents that may be open at once; beyond that the oldest is forgotten.
    private static let limit = 256

    private struct Open {
        let id: String
        /// Seconds that the call itself had left.
        let remaining: Double
    }

    private struct Offer {
        let state: String
        let call: String
        let shown: [String]
        let until: Instant
    }

    private var open: [Int: Open] = [:]
    private var offers: [Offer] = []
    private var asked = 0

    /// Whether the call in `slot` waits for a person.
    func isOpen(_ slot: Int) -> Bool { open[slot] != nil }

    /// Opens a question of the call in `slot`; returns the id of the request that asks it.
    func ask(_ slot: Int, remaining: Double) -> String {
        asked += 1
        let id = "engagement-rpc-\(asked)"
        open[slot] = Open(id: id, remaining: remaining)
        return id
    }

    /// The call whose question has this id, or nil.
    func slot(of id: JSONSlice?) -> Int? { id?.string.flatMap { id in open.first { $0.value.id == id }?.key } }

    /// Closes the question of the call in `slot`; returns its id, and the seconds that the call goes on having. Nil
    /// when none was open.
    func close(_ slot: Int) -> (id: String, remaining: Double)? {
        open.isEmpty ? nil : open.removeValue(forKey: slot).map { ($0.id, $0.remaining) }
    }

    /// What a client may come back with, once and soon, when a person has said yes to `call` with these contacts shown.
    func offer(_ call: String, _ shown: [String], _ now: Instant) -> String {
        // Nobody else can make it: 128 bits of the system's randomness.
        let state = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        offers.append(Offer(state: state, call: call, shown: shown, until: now + Self.patience))
        if offers.count > Self.limit { offers.removeFirst() }
        return state
    }

    /// Grants what a client has come back with, as far as it is worth anything. Throws when the person said no yes.
    func grant(_ consent: Consent, _ call: String, _ now: Instant) throws(RPCFailure) {
        guard let (state, action) = consent.returned, let shown = redeem(state, for: call, now) else { return }
        if let failure = Verdict(action: action).failure { throw failure }
        consent.grant(shown)
    }

    /// The contacts that were shown when `state` was given out for the same call; nil when it was not, or is used up.
    private func redeem(_ state: String, for call: String, _ now: Instant) -> [String]? {
        guard let index = offers.firstIndex(where: { $0.state == state }) else { return nil }
        let offer = offers.remove(at: index)
        return offer.call == call && now < offer.until ? offer.shown : nil
    }
}

/// A change that a person is asked about as it stands: there is nothing to read that would tell them more.
final class AskedRequest: Procedure {
    private let request: APIRequest
    private let question: Question
    private var isGranted: Bool

    init(_ request: APIRequest, _ question: Question, isGranted: Bool) {
        self.request = request
        self.question = question
        self.isGranted = isGranted
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: return isGranted ? .ask(request) : .askPerson(question)
        case .told(let verdict): return verdict.failure.map { .fail($0) } ?? .ask(request)
        case .answered(let exchange): return .finish(exchange, data: exchange.body)
        case .failed(let failure, _): return .fail(failure)
        case .recalled: return .fail(.unasked)
        }
    }
}
