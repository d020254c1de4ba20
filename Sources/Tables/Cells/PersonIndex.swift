import Bytes

/// The people of a table. A text that stands in many rows is kept once.
struct PersonIndex {
    private struct Entry {
        let person: PersonReference
        /// The number of the first spelling of the same person: the case of ASCII letters in an address does not count.
        let identity: Int
        /// The row that was told of this identity last.
        var row = -1

        var fingerprint: UInt64 {
            var text = person.text
            return text.withUTF8 { Bytes($0).fingerprint }
        }

        func has(_ bytes: Bytes) -> Bool {
            var text = person.text
            return text.withUTF8 { Bytes($0).equals(bytes) }
        }
    }

    /// A place of the table by which a text is found.
    private struct Slot {
        let tag: UInt32
        private let index: UInt32

        /// No number fits into more: 4 billion people would not fit into memory.
        var number: Int? { index == .max ? nil : Int(index) }

        init() { (tag, index) = (0, .max) }
        init(_ number: Int, _ fingerprint: UInt64) {
            (tag, index) = (Self.tag(fingerprint), UInt32(truncatingIfNeeded: number))
        }

        /// Bits of a fingerprint that say nothing about the place.
        static func tag(_ fingerprint: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: fingerprint >> 32) }
    }

    private var entries: [Entry] = []
    /// Numbers of entries by fingerprint; a power of two, half of them free.
    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var folded: [UInt8] = []

    /// The person that a cell names, and whether `row` has not named them since another row did.
    mutating func add(_ person: PeopleCell.Item, row: Int) -> (person: PersonReference, identity: Int, isNew: Bool)? {
        let number: Int
        switch person {
        case .id(let text): number = find(text, isID: true)
        case .address(let text): number = find(text, isID: false)
        case .nobody, .wrong: return nil
        }
        let identity = entries[number].identity
        let isNew = entries[identity].row != row
        entries[identity].row = row
        return (entries[number].person, identity, isNew)
    }

    /// The number of somebody who was added.
    mutating func identity(of person: PersonReference) -> Int {
        var text = person.text
        let isID = if case .id = person { true } else { false }
        return text.withUTF8 { entries[find(Bytes($0), isID: isID)].identity }
    }

    private mutating func find(_ text: Bytes, isID: Bool) -> Int {
        let fingerprint = text.fingerprint
        if let found = position(text, fingerprint) { return found }
        var identity: Int?
        if !isID, text.contains(where: { 0x41...0x5A ~= $0 }) {
            folded.removeAll(keepingCapacity: true)
            folded.append(contentsOf: text.lazy.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 })
            // The spelling in small letters stands for all others, whether a cell has it or not.
            let small = folded
            identity = small.withUnsafeBytes { find($0, isID: false) }
        }
        let person: PersonReference = isID ? .id(text.text) : .address(text.text)
        let own = entries.count
        entries.append(Entry(person: person, identity: identity ?? own))
        insert(own, fingerprint)
        return own
    }

    private func position(_ text: Bytes, _ fingerprint: UInt64) -> Int? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: fingerprint) & mask
        while let number = slots[slot].number {
            if slots[slot].tag == Slot.tag(fingerprint), entries[number].has(text) { return number }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ number: Int, _ fingerprint: UInt64) {
        if entries.count * 2 > slots.count { return grow() }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: fingerprint) & mask
        while slots[slot].number != nil { slot = (slot + 1) & mask }
        slots[slot] = Slot(number, fingerprint)
    }

    private mutating func grow() {
        slots = [Slot](repeating: Slot(), count: slots.count * 2)
        let mask = slots.count - 1
        for number in entries.indices {
            let fingerprint = entries[number].fingerprint
            var slot = Int(truncatingIfNeeded: fingerprint) & mask
            while slots[slot].number != nil { slot = (slot + 1) & mask }
            slots[slot] = Slot(number, fingerprint)
        }
    }
}
