import Bytes

/// Orders writes to one resource by arrival, one at a time. The API has no conditional requests and the last
/// replacement wins, so two writes at once could land in the wrong order.
final class WriteOrder {
    private var lines: [String: [Int]] = [:]

    /// Puts `slot` in the line of `resource`; true when it is first.
    func enter(_ slot: Int, _ resource: String) -> Bool {
        lines[resource, default: []].append(slot)
        return lines[resource]?.count == 1
    }

    /// The line of `resource`, the slot whose turn it is first.
    func line(_ resource: String) -> [Int] { lines[resource] ?? [] }

    /// Takes `slot` out of its line; returns the new first slot, if `slot` was first.
    func leave(_ slot: Int, _ resource: String) -> Int? {
        guard var line = lines[resource], let position = line.firstIndex(of: slot) else { return nil }
        line.remove(at: position)
        lines[resource] = line.isEmpty ? nil : line
        return position == 0 ? line.first : nil
    }
}
