/// A queue, first come, first served. Keeps no more room than what waits in it needs, however long it is never empty,
/// and lets go of what was taken out at once.
public struct FIFO<Element> {
    @usableFromInline var entries: [Element?] = []
    @usableFromInline var head = 0

    /// Places of what was taken out before room is made.
    @usableFromInline static var slack: Int { 64 }

    /// An empty queue.
    @inlinable public init() {}

    /// How many wait.
    @inlinable public var count: Int { entries.count - head }

    /// Whether nothing waits.
    @inlinable public var isEmpty: Bool { head == entries.count }

    /// Entries that there is memory for.
    @inlinable public var capacity: Int { entries.capacity }

    /// The one that comes next; nil where there is none.
    @inlinable public var first: Element? { head < entries.count ? entries[head] : nil }

    /// The one that came last; nil where there is none.
    @inlinable public var last: Element? { isEmpty ? nil : entries[entries.count - 1] }

    /// Puts `element` behind all others.
    @inlinable public mutating func append(_ element: Element) { entries.append(element) }

    /// Puts `element` in the place of the one that comes next. There has to be one.
    @inlinable public mutating func replaceFirst(with element: Element) { entries[head] = element }

    /// Takes the next one out; nil where there is none.
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
            // As many go as are moved, at least, so that each costs the same.
            entries.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Takes those out that `isGone` is true of.
    @inlinable public mutating func removeAll(where isGone: (Element) -> Bool) {
        entries = entries[head...].filter { entry in entry.map { !isGone($0) } ?? false }
        head = 0
    }
}
