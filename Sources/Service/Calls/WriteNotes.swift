import Bytes
import EngagementAPI
import HTTP
import JSONRPC
import Journal

/// The calls' access to the journal: numbers writes, and tracks which calls wait for the disk or a search. Calls are
/// named by slot.
final class WriteNotes {
    /// The journal's answer to a call.
    enum News {
        /// Its write is on disk and may leave.
        case noted(APIRequest)
        case found([JournalRecord])
        /// The journal failed, for this reason.
        case failed(String)
    }

    /// What the call in one slot has open with the journal.
    private struct Entry {
        /// Names the answer that the call waits for: to the note of `request`, or to a search if that is nil. Nil for
        /// none.
        var token: Int?
        var request: APIRequest?
        /// The number and resource of the write that has begun and not ended.
        var open: (number: Int, resource: String)?
    }

    private let journal: (any WriteJournal)?
    private let wallClock: () -> Double
    private var entries: [Int: Entry] = [:]
    private var lastNumber = 0
    private var lastToken = 0

    /// - Parameter wallClock: seconds since 1970. Numbers start from it, so they rise from one process to the next.
    init(_ journal: (any WriteJournal)?, wallClock: @escaping () -> Double) {
        self.journal = journal
        self.wallClock = wallClock
    }

    var isOn: Bool { journal != nil }

    func isWaiting(_ slot: Int) -> Bool { !entries.isEmpty && entries[slot]?.token != nil }

    /// Journals a write before it is sent. `collect` returns it when it is on disk.
    func begin(_ slot: Int, _ request: APIRequest, of method: Method, on resource: String) {
        if lastNumber == 0 { lastNumber = Int(wallClock()) * 1_000_000 }
        (lastNumber, lastToken) = (lastNumber + 1, lastToken + 1)
        entries[slot] = Entry(token: lastToken, request: request, open: (lastNumber, resource))
        let kind = JournalEvent.Kind.begin(replacement: request.replacement)
        let event = JournalEvent(number: lastNumber, method: method.name, resource: resource, kind)
        journal?.append(event, token: lastToken)
    }

    /// Journals the end of the slot's write, if one has begun.
    func end(_ slot: Int, _ evidence: WriteEvidence, status: Int?) {
        guard !entries.isEmpty, let open = entries.removeValue(forKey: slot)?.open else { return }
        let kind = JournalEvent.Kind.end(
            applied: evidence.applied.rawValue, status: status, attempts: evidence.attempts)
        let event = JournalEvent(number: open.number, method: "", resource: open.resource, kind)
        journal?.append(event, token: nil)
    }

    /// Starts a search for a call. Returns a failure when there is no journal.
    func look(_ slot: Int, for query: JournalQuery) -> RPCFailure? {
        guard let journal else {
            return RPCFailure(.notConfigured, "There is no journal; --journal PATH keeps one.")
        }
        lastToken += 1
        entries[slot] = Entry(token: lastToken)
        journal.look(for: query, token: lastToken)
        return nil
    }

    /// Forgets a call that is over. A write that was journaled and never sent ends as not made.
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
                // A write that never got into the journal has no end there.
                entries[slot] = nil
                return (slot, .failed("The journal \(reason); nothing was sent."))
            case (.written, nil), (.found, _): return nil
            }
        }
    }
}
