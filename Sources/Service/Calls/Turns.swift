import Bytes

/// Limits the calls that run, and runs writes to one resource one at a time. A call that waits for a person has no
/// place, nor do those in line behind it. Calls are named by slot.
final class Turns {
    private struct Call {
        var hasPlace = false
        /// Whether it waits behind another write to the same resource.
        var isInLine = false
        /// Whether it waits only for a place.
        var isQueued = false
        /// The resource whose line it is in; empty for none.
        var resource = ""
        /// Another one whose line it is in, too; empty for none. Whoever is first there waits for no line, so that no
        /// two calls ever wait for each other.
        var further = ""
        /// The last line that it entered.
        var lastLine: String { further.isEmpty ? resource : further }
    }

    private let limit: Int
    private let order = WriteOrder()
    private var calls: [Call] = []
    private var working = 0
    private var parked = 0
    /// Calls that wait for a place, ahead of any new call.
    private var queue: [Int] = []
    private var isStarting = false

    /// Calls without a place, at most. Further ones keep theirs, because a host may leave any number of questions open.
    static let parkedLimit = 1024

    init(limit: Int) { self.limit = limit }

    var count: Int { working + parked }
    var placesTaken: Int { working }
    /// Whether one more call may run.
    var hasPlace: Bool { working < limit && queue.isEmpty }

    /// Whether the call waits for its turn in line or for a place.
    func isWaiting(_ slot: Int) -> Bool {
        slot < calls.count && (calls[slot].isInLine || calls[slot].isQueued)
    }

    /// Whether the call is in line behind one that waits for a person.
    func isBehindQuestion(_ slot: Int) -> Bool {
        guard slot < calls.count, calls[slot].isInLine, let head = order.line(calls[slot].lastLine).first else {
            return false
        }
        return !calls[head].hasPlace && !calls[head].isQueued
    }

    /// Gives a new call a place, and puts it in the line of its resource, if any. True when it may go on at once.
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

    /// Puts a call that has a place in the line of another resource, besides its own, and takes it out of the one
    /// before. True when it may go on at once. Calls `start` with each call that goes on now.
    func enterFurther(_ slot: Int, _ resource: String, start: (Int) -> Void) -> Bool {
        leaveFurther(slot)
        calls[slot].further = resource
        let isFirst = order.enter(slot, resource)
        if !isFirst {
            calls[slot].isInLine = true
            if let head = order.line(resource).first, !calls[head].hasPlace { park(slot) }
        }
        startQueued(start)
        return isFirst
    }

    /// Takes a call out of its further line, where it waits; false if it does not. It has a place then, even if that is
    /// one too many, because it is about to end.
    func giveUpFurther(_ slot: Int) -> Bool {
        guard isWaiting(slot), !calls[slot].further.isEmpty else { return false }
        leaveFurther(slot)
        queue.removeAll { $0 == slot }
        (calls[slot].isInLine, calls[slot].isQueued) = (false, false)
        if !calls[slot].hasPlace { givePlace(slot) }
        return true
    }

    private func leaveFurther(_ slot: Int) {
        if !calls[slot].further.isEmpty { leaveLine(calls[slot].further, slot) }
        calls[slot].further = ""
    }

    /// Takes a call out of a line, and queues the one behind it if it was the first.
    private func leaveLine(_ resource: String, _ slot: Int) {
        guard let next = order.leave(slot, resource) else { return }
        calls[next].isInLine = false
        calls[next].isQueued = true
        queue.append(next)
    }

    /// Parks a call that waits for a person, and those in line behind it. Calls `start` with each call that gets a
    /// place.
    func rest(_ slot: Int, start: (Int) -> Void) {
        park(slot)
        for other in order.line(calls[slot].resource) where calls[other].isInLine { park(other) }
        startQueued(start)
    }

    /// Gives the call a place again after a rest; false when it must queue for one.
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

    /// Removes a call that is over, and calls `start` with each that goes on now. One that ends inside `start` does not
    /// recurse: a line can be longer than the stack is deep.
    func leave(_ slot: Int, start: (Int) -> Void) {
        let call = calls[slot]
        if call.hasPlace { working -= 1 } else { parked -= 1 }
        if call.isQueued { queue.removeAll { $0 == slot } }
        calls[slot] = Call()
        if !call.further.isEmpty { leaveLine(call.further, slot) }
        if !call.resource.isEmpty { leaveLine(call.resource, slot) }
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
