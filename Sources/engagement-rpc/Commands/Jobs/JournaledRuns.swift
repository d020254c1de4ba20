import Bytes
import JSON
import Jobs
import Journal

/// The runs in the journal, as people ask for them.
struct JournaledRuns {
    private let path: FilePath
    /// The API that this command goes to.
    private let workspace: String

    init(_ path: FilePath, workspace: String) { (self.path, self.workspace) = (path, workspace) }

    private func all() throws(Failure) -> [JournalRun] {
        do throws(JournalProblem) {
            return try JournalReader.runs(in: path)
        } catch {
            throw Failure(sentence: error.sentence)
        }
    }

    /// The newest run that replaced contacts, or may have, where this command goes to, and the runs after it that wrote
    /// something else.
    func lastThatReplaced() throws(Failure) -> (run: String, passed: [String])? {
        let runs = try all().filter { $0.yes + $0.unknown > 0 && isHere($0) }
        return runs.firstIndex { $0.replacements > 0 }.map { (runs[$0].run, runs[..<$0].map(\.run)) }
    }

    /// Why there is nothing to undo, where no run is named.
    func nothing() throws(Failure) -> String {
        guard let other = try all().first(where: { $0.replacements > 0 }) else {
            return "no run in the journal replaced contacts"
        }
        return "no run in the journal replaced contacts here. The run \(other.run) \(whereabouts(of: other))"
    }

    /// Where a run was made that was not made here, as the rest of a sentence.
    private func whereabouts(of run: JournalRun) -> String {
        guard let place = run.workspace, place != Self.endedSandbox else {
            return "was made in a sandbox that has ended"
        }
        return "was made at \(place), and this command goes to \(workspace)"
    }

    private func isHere(_ run: JournalRun) -> Bool {
        guard let place = run.workspace else { return true }
        return place != Self.endedSandbox && place == workspace
    }

    /// The workspace of a sandbox that ended with its process.
    static let endedSandbox = "sandbox"

    /// `name`, if there is such a run and it went where this command goes to: elsewhere, others have its ids.
    func undoable(_ name: String, isForced: Bool) throws(Failure) -> String {
        let run = try run(name)
        guard !isForced, !isHere(run) else { return name }
        let advice =
            run.workspace == Self.endedSandbox
            ? ", so there is nothing to undo." : "; --base-url or --sandbox-at leads there, and --force undoes it here."
        throw Failure(sentence: "The run \(name) \(whereabouts(of: run))".printable + advice, code: 1)
    }

    /// `name`, if there is such a run.
    func named(_ name: String) throws(Failure) -> String {
        _ = try run(name)
        return name
    }

    private func run(_ name: String) throws(Failure) -> JournalRun {
        let runs = try all()
        if let run = runs.first(where: { $0.run == name }) { return run }
        let hint = name.nearest(in: runs.map(\.run)).map { "; did you mean \($0.printable)?" } ?? "; runs lists them."
        throw Failure(sentence: "The journal has no run \(name.quoted)\(hint)", code: 1)
    }

    /// The contacts that were deleted where this command goes to, and the digests of the addresses that named them.
    func deletions(noting names: AddressedContacts) -> EarlierDeletions {
        var (ids, addresses) = (Set<String>(), Set<String>())
        // A journal that can't be read is told of before anything is written.
        try? JournalReader.forEachDeletion(in: path) { record in
            guard record.workspace ?? workspace == workspace else { return }
            ids.insert(record.resource)
            if let address = record.address { addresses.insert(address) }
        }
        return EarlierDeletions(ids, addresses: addresses, names: names)
    }

    /// The engagements on which a run replaced contacts, or may have, in the order of its writes.
    func engagements(of run: String) throws(Failure) -> [String] {
        var (seen, ids) = (Set<String>(), [String]())
        // The newest write comes first, so the first of each engagement comes last.
        for write in try writes(of: run).reversed() where write.mayHaveReplaced {
            if seen.insert(write.resource).inserted { ids.append(write.resource) }
        }
        return ids
    }

    /// What followed a run on each of these engagements, or on the first thousand of them.
    func sequels(of run: String, on engagements: [String]) -> [UndoableChange.Sequel] {
        (try? JournalReader.sequels(of: run, on: Array(engagements.prefix(1000)), in: path)) ?? []
    }

    private func writes(of run: String) throws(Failure) -> [JournalRecord] {
        var writes: [JournalRecord] = []
        do throws(JournalProblem) {
            try JournalReader.forEachWrite(of: run, in: path) { writes.append($0) }
        } catch {
            throw Failure(sentence: error.sentence)
        }
        return writes
    }

    /// The list of the runs, newest first.
    func list() throws(Failure) -> String {
        let runs = try all()
        guard !runs.isEmpty else { return "There are no runs in the journal \(path.text.printable).\n" }
        let names = runs.map(\.run.printable)
        let width = (names.map(\.count).max() ?? 0) + 2
        var text = "run".padded(width) + "began".padded(26) + "writes  changed  refused  unknown\n"
        for (run, name) in zip(runs, names) {
            text += name.padded(width) + run.startedAt.printable.padded(26)
            let counts = [(run.writes, 6), (run.yes, 9), (run.no, 9), (run.unknown, 9)]
            text += counts.map { "\($0.0)".leftPadded($0.1) }.joined() + "\n"
        }
        return text
    }

    /// The writes of a run, in their order.
    func text(of run: String) throws(Failure) -> String {
        var text = ""
        for write in try writes(of: run).reversed() {
            let id = write.resource.isEmpty ? write.method : write.resource
            text += write.at.printable.padded(26) + write.applied.printable.padded(9) + id.printable
            let (before, wanted) = (Set(write.before ?? []), Set(write.wanted ?? []))
            for dropped in write.before ?? [] where !wanted.contains(dropped) { text += " -\(dropped.printable)" }
            for added in write.wanted ?? [] where !before.contains(added) { text += " +\(added.printable)" }
            text += "\n"
        }
        return text
    }
}

extension String {
    /// The text with spaces before it, up to `width` characters.
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
