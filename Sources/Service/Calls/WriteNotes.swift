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
        case found(JournalFinding)
        /// The journal failed: to note a write, or to be searched.
        case failed(RPCFailure, isWrite: Bool)
    }

    /// What the call in one slot has open with the journal.
    private struct Entry {
        /// Names the answer that the call waits for: to the note of `request`, or to a search if that is nil. Nil for
        /// none.
        var token: Int?
        var request: APIRequest?
        /// What all lines say of the write that has begun and not ended.
        var open: Write?
        /// The same of the write that ended last.
        var ended: Write?
    }

    private typealias Write = (number: Int, subject: Subject, undoes: Int?)

    /// What a write is about.
    struct Subject {
        /// The name of its method.
        let method: String
        /// The record's id; empty if it has none yet.
        let resource: String
        /// The run that the host counts it to.
        let run: String?
    }

    /// The highest number that every reader of JSON holds exactly is 2⁵³. The first one leaves room to count up.
    private static let numbers = 0x1p53 - 0x1p40

    private let journal: (any WriteJournal)?
    private let random: () -> Double
    private var entries: [Int: Entry] = [:]
    private var lastNumber = 0
    private var lastToken = 0

    /// - Parameter random: a uniform number in 0..<1. Each process counts its writes from a number that it draws out of
    ///   2⁵³, so that neither the time nor the process's id, which containers share, has to tell two of them apart. Of
    ///   ten thousand processes with a thousand writes each, two meet with a chance of one in a hundred thousand.
    init(_ journal: (any WriteJournal)?, random: @escaping () -> Double) {
        self.journal = journal
        self.random = random
    }

    var isOn: Bool { journal != nil }

    func isWaiting(_ slot: Int) -> Bool { !entries.isEmpty && entries[slot]?.token != nil }

    /// Gives a call of several writes a run of its own, unless the host has named one.
    func nameRun(_ terms: inout CallTerms, about resource: String) {
        guard isOn, terms.run == nil, terms.editing?.isDryRun != true else { return }
        let number = String(Int(random() * 0x1p40), radix: 36)
        terms.name(run: "merge-\(resource.prefix(60))-\(number)")
    }

    /// Journals a write before it is sent. `collect` returns it when it is on disk.
    func begin(_ slot: Int, _ request: APIRequest, about subject: Subject) {
        if lastNumber == 0 { lastNumber = Int(random() * Self.numbers) }
        (lastNumber, lastToken) = (lastNumber + 1, lastToken + 1)
        let open = (number: lastNumber, subject: subject, undoes: request.undoes)
        entries[slot] = Entry(token: lastToken, request: request, open: open)
        append(.begin(replacement: request.replacement), open, token: lastToken)
    }

    /// Journals the end of the slot's write, if one has begun.
    func end(_ slot: Int, _ evidence: WriteEvidence, status: Int?) {
        guard !entries.isEmpty, let open = entries[slot]?.open else { return }
        entries[slot]?.open = nil
        entries[slot]?.ended = open
        append(
            .end(applied: evidence.applied.rawValue, status: status, attempts: evidence.attempts), open, token: nil)
    }

    /// Journals who was read back after the slot's write.
    func keep(left contacts: [String], _ slot: Int) {
        if let write = entries[slot]?.ended { append(.left(contacts), write, token: nil) }
    }

    private func append(_ kind: JournalEvent.Kind, _ write: Write, token: Int?) {
        let event = JournalEvent(
            number: write.number, method: write.subject.method, resource: write.subject.resource,
            run: write.subject.run, undoes: write.undoes, kind)
        journal?.append(event, token: token)
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
    func forget(_ slot: Int) {
        guard !entries.isEmpty else { return }
        end(slot, WriteEvidence(), status: nil)
        entries[slot] = nil
    }

    /// The journal's answers to calls that still wait for them.
    func collect() -> [(slot: Int, news: News)] {
        (journal?.collect() ?? []).compactMap { token, answer -> (slot: Int, news: News)? in
            guard let slot = entries.first(where: { $0.value.token == token })?.key else { return nil }
            let request = entries[slot]?.request
            entries[slot]?.token = nil
            entries[slot]?.request = nil
            switch (answer, request) {
            case (.written, let request?): return (slot, .noted(request))
            case (.found(let finding), nil): return (slot, .found(finding))
            case (.failed(let reason), let request):
                // A write that never got into the journal has no end there.
                entries[slot] = nil
                let text = "The journal \(reason); nothing was written."
                let failure = RPCFailure(.journalFailed, text, retryable: true)
                return (slot, .failed(failure, isWrite: request != nil))
            case (.written, nil), (.found, _): return nil
            }
        }
    }
}
