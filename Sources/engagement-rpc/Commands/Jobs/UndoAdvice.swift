import Journal

/// How engagements can be put back that were changed after the run that is to be undone.
struct UndoAdvice {
    private let run: String
    private let sequels: [UndoableChange.Sequel]

    /// Runs that are named, at most.
    private static let limit = 3

    /// - Parameter sequels: what followed the run, engagement by engagement.
    init(_ run: String, _ sequels: [UndoableChange.Sequel]) {
        self.run = run
        self.sequels = sequels
    }

    /// The lines, with commands as they can be pasted.
    func lines(_ options: Options) -> [String] {
        if options.job.isForced {
            return [
                "To see who is there now, and to put them back:", UndoCommand.line(run, options, isForced: true),
            ]
        }
        var later: [String] = []
        for case .changed(_, let run?) in sequels where !later.contains(run) { later.append(run) }
        var lines: [String] = []
        for run in later.prefix(Self.limit) {
            lines += ["To undo the run first that changed them since:", UndoCommand.line(run, options)]
        }
        // What was undone already is not put back twice over others.
        if sequels.contains(where: { $0 != .undone }) {
            lines += ["To put them back all the same:", UndoCommand.line(run, options, isForced: true)]
        }
        return lines
    }
}
