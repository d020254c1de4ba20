/// Requests that wait for records, each until all of its are there or its time is over.
final class RecordWaits {
    private struct Wait {
        var missing: Set<ResourceID>
        let isSettled: () -> Bool
        let finish: () -> Void
    }

    private var open: [Int: Wait] = [:]
    private var last = 0
    private unowned let surroundings: any EditorSurroundings

    init(_ surroundings: any EditorSurroundings) { self.surroundings = surroundings }

    /// Calls `finish` once, when all of `ids` are there, or in so many seconds; nil for as long as it takes.
    /// `isSettled` says whether anything else is still awaited; `arrived` has it asked.
    func wait(
        for ids: Set<ResourceID>, seconds: Double?, isSettled: @escaping () -> Bool = { true },
        _ finish: @escaping () -> Void
    ) {
        last += 1
        open[last] = Wait(missing: ids, isSettled: isSettled, finish: finish)
        if let seconds { surroundings.wake(.wait(number: last), in: seconds) }
    }

    func arrived(_ ids: [ResourceID]) {
        if open.isEmpty { return }
        for number in open.keys {
            for id in ids { open[number]?.missing.remove(id) }
            if let wait = open[number], wait.missing.isEmpty, wait.isSettled() { end(number) }
        }
    }

    func ring(_ number: Int) { end(number) }

    private func end(_ number: Int) {
        surroundings.cancel(.wait(number: number))
        open.removeValue(forKey: number)?.finish()
    }
}
