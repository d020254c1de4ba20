import Bytes
import JSON

/// Finds the slot of an id by its fingerprint. The ids themselves belong to their calls.
struct SlotIDs {
    /// The fingerprint of each slot's id; 0 for none.
    private var fingerprints: [UInt64] = []

    /// Makes room for one more slot.
    mutating func add() { fingerprints.append(0) }

    /// Notes the id of the slot's call. A null id names no call, because several calls may have it.
    mutating func set(_ slot: Int, _ id: JSONSlice) {
        fingerprints[slot] = id.kind == .null ? 0 : max(1, id.bytes.fingerprint)
    }

    mutating func clear(_ slot: Int) { fingerprints[slot] = 0 }

    /// The slot whose id is spelled like this, or nil; `has` tells whether a slot's call has this id.
    func slot(of id: Bytes, has: (Int) -> Bool) -> Int? {
        let fingerprint = max(1, id.fingerprint)
        for slot in fingerprints.indices where fingerprints[slot] == fingerprint && has(slot) { return slot }
        return nil
    }
}
