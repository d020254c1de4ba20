/// A queue, first come, first served. Its memory stays in proportion to the waiting entries, even if it is never empty,
/// and it releases a removed entry at once.
public struct FIFO<Element> {
    @usableFromInline var entries: [Element?] = []
    @usableFromInline var head = 0

    /// Places of removed entries that may stay before they are reclaimed.
    @usableFromInline static var slack: Int { 64 }

    /// An empty queue.
    @inlinable public init() {}

    /// The number of waiting entries.
    @inlinable public var count: Int { entries.count - head }

    /// Whether no entry waits.
    @inlinable public var isEmpty: Bool { head == entries.count }

    /// Entries that there is memory for.
    @inlinable public var capacity: Int { entries.capacity }

    /// The next entry, or nil.
    @inlinable public var first: Element? { head < entries.count ? entries[head] : nil }

    /// The newest entry, or nil.
    @inlinable public var last: Element? { isEmpty ? nil : entries[entries.count - 1] }

    /// Appends `element` at the end.
    @inlinable public mutating func append(_ element: Element) { entries.append(element) }

    /// Replaces the next entry. There must be one.
    @inlinable public mutating func replaceFirst(with element: Element) { entries[head] = element }

    /// Removes the next entry and returns it, or nil.
    @discardableResult
    @inlinable public mutating func removeFirst() -> Element? {
        guard head < entries.count else { return nil }
        let element = entries[head]
        entries[head] = nil
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.slack, head >= entries.count - head {
            // Drops at least as many entries as it moves, so that the cost per entry is constant.
            entries.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Removes the entries for which `isGone` is true.
    @inlinable public mutating func removeAll(where isGone: (Element) -> Bool) {
        entries = entries[head...].filter { entry in entry.map { !isGone($0) } ?? false }
        head = 0
    }
}
