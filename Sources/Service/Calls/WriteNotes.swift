import Bytes
import EngagementAPI
import HTTP
import JSONRPC
import Journal

/// The journal as calls see it: it numbers the writes, and knows which calls wait for the disk or for a search. A call
/// is known by its slot.
final class WriteNotes {
    /// What the journal has answered to a call.
    enum News {
        /// Its write is on disk and may leave.
        case noted(APIRequest)
        case found([JournalRecord])
        /// Neither: why, as a sentence.
        case failed(String)
    }

    /// The journal's business with the call in one slot.
    private struct Entry {
        /// Names the answer that the call waits for: to the note of `request`, or, without one, to a search. Nil when
        /// it waits for none.
        var token: Int?
        var request: APIRequest?
        /// The number of the write that was begun and not ended yet, and its resource.
        var open: (number: Int, resource: String)?
    }

    private let journal: (any WriteJournal)?
    private let wallClock: () -> Double
    private var entries: [Int: Entry] = [:]
    private var lastNumber = 0
    private var lastToken = 0

    /// - Parameter wallClock: seconds since 1970, which the numbers begin with: so they go on rising from one process
    ///   to the next.
    init(_ journal: (any WriteJournal)?, wallClock: @escaping () -> Double) {
        self.journal = journal
        self.wallClock = wallClock
    }

    /// Whether there is a journal.
    var isOn: Bool { journal != nil }

    /// Whether the call in `slot` waits for the journal.
    func isWaiting(_ slot: Int) -> Bool { !entries.isEmpty && entries[slot]?.token != nil }

    /// Notes that a write is about to leave. It may when the news comes that it is on disk.
    func begin(_ slot: Int, _ request: APIRequest, of method: Method, on resource: String) {
        if lastNumber == 0 { lastNumber = Int(wallClock()) * 1_000_000 }
        (lastNumber, lastToken) = (lastNumber + 1, lastToken + 1)
        entries[slot] = Entry(token: lastToken, request: request, open: (lastNumber, resource))
        let kind = JournalEvent.Kind.begin(replacement: request.replacement)
        let event = JournalEvent(number: lastNumber, method: method.name, resource: resource, kind)
        journal?.append(event, token: lastToken)
    }

    /// Notes what became of the slot's write, if one was begun.
    func end(_ slot: Int, _ evidence: WriteEvidence, status: Int?) {
        guard !entries.isEmpty, let open = entries.removeValue(forKey: slot)?.open else { return }
        let kind = JournalEvent.Kind.end(
            applied: evidence.applied.rawValue, status: status, attempts: evidence.attempts)
        let event = JournalEvent(number: open.number, method: "", resource: open.resource, kind)
        journal?.append(event, token: nil)
    }

    /// Has the journal searched for a call. Returns why that can't be, or nil.
    func look(_ slot: Int, for query: JournalQuery) -> RPCFailure? {
        guard let journal else {
            return RPCFailure(.notConfigured, "There is no journal; --journal PATH keeps one.")
        }
        lastToken += 1
        entries[slot] = Entry(token: lastToken)
        journal.look(for: query, token: lastToken)
        return nil
    }

    /// The call is over. A write of it that was begun and never left was not made.
    func forget(_ slot: Int) { end(slot, WriteEvidence(), status: nil) }

    /// The journal's answers to calls that still wait for them.
    func collect() -> [(slot: Int, news: News)] {
        (journal?.collect() ?? []).compactMap { token, answer -> (slot: Int, news: News)? in
            guard let slot = entries.first(where: { $0.value.token == token })?.key else { return nil }
            let request = entries[slot]?.request
            entries[slot]?.token = nil
            entries[slot]?.request = nil
            switch (answer, request) {
            case (.written, let request?): return (slot, .noted(request))
            case (.found(let records), nil): return (slot, .found(records))
            case (.failed(let reason), _):
                // What is not in the journal has no end there.
                entries[slot] = nil
                return (slot, .failed("The journal \(reason); nothing was sent."))
            case (.written, nil), (.found, _): return nil
            }
        }
    }
}
