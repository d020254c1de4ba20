import Glibc

/// Events on a descriptor.
///
/// Not an `OptionSet`: the loop uses it at every turn, and the generic functions of one are not specialised for a type
/// of another module.
package struct PollEvents: Equatable, Sendable {
    package let rawValue: Int16
    @inlinable package init(rawValue: Int16) { self.rawValue = rawValue }

    @inlinable package static var none: PollEvents { PollEvents(rawValue: 0) }
    @inlinable package static func | (left: PollEvents, right: PollEvents) -> PollEvents {
        PollEvents(rawValue: left.rawValue | right.rawValue)
    }
    /// Whether any of `events` is among these.
    @inlinable package func hasAny(of events: PollEvents) -> Bool { rawValue & events.rawValue != 0 }

    @inlinable package static var readable: PollEvents { PollEvents(rawValue: Int16(POLLIN)) }
    @inlinable package static var writable: PollEvents { PollEvents(rawValue: Int16(POLLOUT)) }
    /// The peer of a socket will write no more: `POLLRDHUP` of poll(2).
    @inlinable package static var readHangUp: PollEvents { PollEvents(rawValue: 0x2000) }
    // `poll` reports the following without being asked:
    /// The other end is closed.
    @inlinable package static var hangUp: PollEvents { PollEvents(rawValue: Int16(POLLHUP)) }
    @inlinable package static var error: PollEvents { PollEvents(rawValue: Int16(POLLERR)) }
    /// The descriptor is not open.
    @inlinable package static var invalid: PollEvents { PollEvents(rawValue: Int16(POLLNVAL)) }
}
