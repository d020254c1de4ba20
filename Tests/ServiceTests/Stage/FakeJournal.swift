import Bytes
import Journal

/// A journal in memory that answers a turn later, and fails as told. It is searched as a file is.
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
        answers.append((token, fails() ? .failed("can't be read: no such file") : .found(finding(query))))
    }

    func collect() -> [(token: Int, answer: JournalAnswer)] {
        if isSilent { return [] }
        defer { answers = [] }
        return answers
    }

    private func finding(_ query: JournalQuery) -> JournalFinding {
        var search = JournalSearch(query)
        for event in events.reversed() {
            let line = ByteBuffer()
            JournalLine.append(event, at: 0, process: 1, to: line)
            search.read(line.bytes.slice(0, line.count - 1))
        }
        return search.finding
    }

    /// All writes, newest first.
    var records: [JournalRecord] {
        if case .writes(let records) = finding(.writes(limit: .max)) { records } else { [] }
    }

    /// Each write as a word: `begin`, then what became of it, and who was there where others were wanted.
    var story: [String] {
        events.map { event in
            switch event.kind {
            case .begin: "begin"
            case .end(let applied, let status, _): applied + (status.map { " \($0)" } ?? "")
            case .left(let contacts): "left " + contacts.joined(separator: " ")
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
