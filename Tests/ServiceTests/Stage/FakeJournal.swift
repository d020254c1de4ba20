import Journal

/// A journal in memory that answers a turn later, and fails as told.
final class FakeJournal: WriteJournal {
    /// An event as it was noted, which is on disk.
    private(set) var events: [JournalEvent] = []
    /// Decides before each event or search whether it fails.
    var fails: () -> Bool = { false }
    /// Whether nothing is answered any more, as by a disk that hangs.
    var isSilent = false
    private var answers: [(token: Int, answer: JournalAnswer)] = []

    var hasAnswers: Bool { !answers.isEmpty && !isSilent }

    func append(_ event: JournalEvent, token: Int?) {
        let failed = fails()
        if !failed { events.append(event) }
        if let token { answers.append((token, failed ? .failed("can't be written: no space") : .written)) }
    }

    func look(for query: JournalQuery, token: Int) {
        answers.append((token, fails() ? .failed("can't be read: no such file") : .found(records(query))))
    }

    func collect() -> [(token: Int, answer: JournalAnswer)] {
        if isSilent { return [] }
        defer { answers = [] }
        return answers
    }

    /// What a search finds.
    func records(_ query: JournalQuery) -> [JournalRecord] {
        var ends: [Int: (String, Int?)] = [:]
        var records: [JournalRecord] = []
        for event in events.reversed() {
            switch event.kind {
            case .end(let applied, let status, _): ends[event.number] = (applied, status)
            case .begin(let sets):
                let end = ends[event.number] ?? ("unknown", nil)
                if let resource = query.resource, resource != event.resource { continue }
                if query.isForUndo, sets == nil || end.0 == "no" { continue }
                records.append(
                    JournalRecord(
                        number: event.number, at: "", method: event.method, resource: event.resource,
                        before: sets?.before, wanted: sets?.wanted, applied: end.0, status: end.1))
            }
        }
        return Array(records.prefix(query.limit))
    }

    /// Each write as a word: `begin`, then what became of it.
    var story: [String] {
        events.map { event in
            switch event.kind {
            case .begin: "begin"
            case .end(let applied, let status, _): applied + (status.map { " \($0)" } ?? "")
            }
        }
    }
}

/// Events as other processes note them.
enum JournalEventStory {
    static func begin(_ number: Int, _ resource: String, before: [String], wanted: [String]) -> JournalEvent {
        JournalEvent(
            number: number, method: "engagement.replaceContacts", resource: resource,
            .begin(replacement: (before, wanted)))
    }
}
