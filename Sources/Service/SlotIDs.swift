import Bytes
import JSON

/// The ids of calls in flight as spelled, by their slots.
struct SlotIDs {
    private var ids: [ByteBuffer] = []
    /// The fingerprint of each slot's id; 0 for none.
    private var fingerprints: [UInt64] = []

    /// Makes room for one more slot, whose id is in `id`.
    mutating func add(_ id: ByteBuffer) {
        ids.append(id)
        fingerprints.append(0)
    }

    /// Takes an id for the slot; nil for a notification. A null id names no call: several may be in flight at once.
    mutating func set(_ slot: Int, _ id: JSONSlice?) {
        ids[slot].truncate(to: 0)
        guard let id else { return }
        ids[slot].append(id.bytes)
        fingerprints[slot] = id.kind == .null ? 0 : max(1, id.bytes.fingerprint)
    }

    /// The slot's call is over.
    mutating func clear(_ slot: Int) { fingerprints[slot] = 0 }

    /// The slot whose id is spelled like this, or nil.
    func slot(of id: Bytes) -> Int? {
        let fingerprint = max(1, id.fingerprint)
        for slot in fingerprints.indices where fingerprints[slot] == fingerprint && ids[slot].bytes.equals(id) {
            return slot
        }
        return nil
    }
}
