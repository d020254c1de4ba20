import Bytes

/// Limits the calls that are worked on, and lets writes to one resource go one after the other. A call that waits for a
/// person has no place, and neither have those in line behind it. A call is known by its slot.
final class Turns {
    private struct Call {
        var hasPlace = false
        /// Whether it waits behind another write to the same resource.
        var isInLine = false
        /// Whether a place is all that it waits for.
        var isQueued = false
        /// The resource in whose line it stands; empty for a call that stands in none.
        var resource = ""
    }

    private let limit: Int
    private let order = WriteOrder()
    private var calls: [Call] = []
    private var working = 0
    private var parked = 0
    /// Calls that wait for a place. They come before any new call.
    private var queue: [Int] = []
    private var isStarting = false

    /// Calls without a place, at most. Further ones keep theirs: a host may leave any number of questions open.
    static let parkedLimit = 1024

    init(limit: Int) { self.limit = limit }

    /// Calls that are not over.
    var count: Int { working + parked }
    /// Calls that have a place.
    var placesTaken: Int { working }
    /// Whether one more call may be worked on.
    var hasPlace: Bool { working < limit && queue.isEmpty }

    /// Whether the call waits for its turn.
    func isWaiting(_ slot: Int) -> Bool { calls[slot].isInLine || calls[slot].isQueued }

    /// Whether the call waits behind one that waits for a person.
    func isBehindQuestion(_ slot: Int) -> Bool {
        guard calls[slot].isInLine, let head = order.line(calls[slot].resource).first else { return false }
        return !calls[head].hasPlace && !calls[head].isQueued
    }

    /// Gives a new call a place, and a turn in the line of `resource`, if there is one; true when it may go on at once.
    func enter(_ slot: Int, _ resource: String?) -> Bool {
        while calls.count <= slot { calls.append(Call()) }
        calls[slot].hasPlace = true
        working += 1
        guard let resource else { return true }
        calls[slot].resource = resource
        if order.enter(slot, resource) { return true }
        calls[slot].isInLine = true
        if let head = order.line(resource).first, !calls[head].hasPlace { park(slot) }
        return false
    }

    /// The call waits for a person. Calls `start` with whoever goes on in its place.
    func rest(_ slot: Int, start: (Int) -> Void) {
        park(slot)
        for other in order.line(calls[slot].resource) where calls[other].isInLine { park(other) }
        startQueued(start)
    }

    /// The call goes on after a rest; true when it may at once.
    func resume(_ slot: Int) -> Bool {
        if calls[slot].hasPlace { return true }
        if hasPlace {
            givePlace(slot)
            return true
        }
        calls[slot].isQueued = true
        queue.append(slot)
        return false
    }

    /// The call is over. Calls `start` with each call that goes on now. Calls that end at once inside `start` do not
    /// nest: a line can be long, and the stack is not.
    func leave(_ slot: Int, start: (Int) -> Void) {
        let call = calls[slot]
        if call.hasPlace { working -= 1 } else { parked -= 1 }
        if call.isQueued { queue.removeAll { $0 == slot } }
        calls[slot] = Call()
        if !call.resource.isEmpty, let next = order.leave(slot, call.resource) {
            calls[next].isInLine = false
            calls[next].isQueued = true
            queue.append(next)
        }
        startQueued(start)
    }

    private func startQueued(_ start: (Int) -> Void) {
        if queue.isEmpty || isStarting { return }
        isStarting = true
        while let index = queue.firstIndex(where: { calls[$0].hasPlace || working < limit }) {
            let slot = queue.remove(at: index)
            calls[slot].isQueued = false
            if !calls[slot].hasPlace { givePlace(slot) }
            start(slot)
        }
        isStarting = false
    }

    private func givePlace(_ slot: Int) {
        calls[slot].hasPlace = true
        (working, parked) = (working + 1, parked - 1)
    }

    private func park(_ slot: Int) {
        guard calls[slot].hasPlace, parked < Self.parkedLimit else { return }
        calls[slot].hasPlace = false
        (working, parked) = (working - 1, parked + 1)
    }
}
