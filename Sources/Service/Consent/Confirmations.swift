import HTTP
import JSON
import JSONRPC

/// Open questions to people, and states that clients may return with a person's answer.
final class Confirmations {
    /// Seconds that a person has to answer.
    static let patience = 300.0
    /// Offers that may be open at once, and bytes in them; beyond that the oldest is dropped.
    private static let limits = (count: 256, bytes: 4 * 1024 * 1024)

    private struct Offer {
        let state: String
        let call: [UInt8]
        let subject: [UInt8]
        let until: Instant
        var size: Int { call.count + subject.count }
    }

    /// The ids of open questions, by slot of call.
    private var open: [Int: String] = [:]
    private var offers: [Offer] = []
    private var offered = 0
    private var asked = 0

    var isAnyOpen: Bool { !open.isEmpty }

    func isOpen(_ slot: Int) -> Bool { !open.isEmpty && open[slot] != nil }

    /// Opens a question of the call in `slot`; returns the id of the request that asks it.
    func ask(_ slot: Int) -> String {
        asked += 1
        let id = "engagement-rpc-\(asked)"
        open[slot] = id
        return id
    }

    /// The call whose question has this id, or nil.
    func slot(of id: JSONSlice?) -> Int? {
        open.isEmpty ? nil : id?.string.flatMap { id in open.first { $0.value == id }?.key }
    }

    /// Closes the question of the call in `slot`; returns its id, or nil when none was open.
    func close(_ slot: Int) -> String? { open.isEmpty ? nil : open.removeValue(forKey: slot) }

    /// Makes a state for the client to return with the person's answer. It is valid once, for `patience` seconds, and
    /// for this call alone.
    func offer(_ call: [UInt8], _ question: Question, _ now: Instant) -> String {
        // Nobody can guess it: it has 128 random bits from the system.
        let state = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined(separator: "-")
        let offer = Offer(state: state, call: call, subject: question.subject, until: now + Self.patience)
        offers.append(offer)
        offered += offer.size
        while offers.count > Self.limits.count || offered > Self.limits.bytes && offers.count > 1 {
            offered -= offers.removeFirst().size
        }
        return state
    }

    /// Grants the subject of the offer whose state the client returned. An unknown state, or one for another call,
    /// grants nothing. Throws when the person did not say yes in time.
    func grant(_ consent: Consent, _ call: [UInt8], _ now: Instant) throws(RPCFailure) {
        guard case .callingAgain(_, let (state, answer)?) = consent.way, let offer = redeem(state), offer.call == call
        else { return }
        let verdict = now < offer.until ? answer : .nothing
        if let failure = verdict.failure { throw failure }
        consent.grant(offer.subject)
    }

    /// Removes and returns the offer with this state; nil when there is none.
    private func redeem(_ state: String) -> Offer? {
        guard let index = offers.firstIndex(where: { $0.state.utf8.elementsEqual(state.utf8) }) else { return nil }
        offered -= offers[index].size
        return offers.remove(at: index)
    }
}
