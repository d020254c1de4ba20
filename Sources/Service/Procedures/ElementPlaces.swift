import Bytes
import JSON

/// Maps ids to the places of a list's elements. One buffer holds all ids: a list may have a hundred thousand.
struct ElementPlaces {
    private struct Key: Hashable {
        let ids: ByteBuffer
        let start: Int
        let end: Int

        private var bytes: Bytes { ids.bytes.slice(start, end) }

        func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
        static func == (left: Key, right: Key) -> Bool { left.bytes.equals(right.bytes) }
    }

    private let ids = ByteBuffer(capacity: 4096)
    private var places: [Key: Int] = [:]

    /// Bytes of all ids that were put in.
    var byteCount: Int { ids.count }

    /// Notes the id of the element at `place`; returns the earlier place of the same id. An id that is no string is
    /// ignored.
    mutating func put(_ id: JSONSlice, _ place: Int) -> Int? {
        guard let key = key(id) else { return nil }
        let earlier = Self.replace(&places[key, default: -1], by: place)
        return earlier < 0 ? nil : earlier
    }

    /// Whether an element has this id.
    func hold(_ id: JSONSlice) -> Bool {
        guard let key = key(id) else { return false }
        defer { ids.truncate(to: key.start) }
        return places[key] != nil
    }

    private func key(_ id: JSONSlice) -> Key? {
        let start = ids.count
        if let plain = id.plainString {
            ids.append(plain)
        } else if let text = id.string {
            ids.append(text: text)
        } else {
            return nil
        }
        return Key(ids: ids, start: start, end: ids.count)
    }

    private static func replace(_ value: inout Int, by other: Int) -> Int {
        defer { value = other }
        return value
    }
}
