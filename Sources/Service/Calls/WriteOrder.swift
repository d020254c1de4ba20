import Bytes

/// Lets writes to one resource go one at a time, in the order in which they arrived. Full replacement is
/// last-write-wins and the API has no conditional requests, so two writes on the wire could land the wrong way round.
final class WriteOrder {
    private var lines: [String: [Int]] = [:]

    /// Puts `slot` in line for `resource`; true when it is first and may go.
    func enter(_ slot: Int, _ resource: String) -> Bool {
        lines[resource, default: []].append(slot)
        return lines[resource]?.count == 1
    }

    /// Those in line for `resource`, the one whose turn it is first.
    func line(_ resource: String) -> [Int] { lines[resource] ?? [] }

    /// Takes `slot` out of line; returns the slot that is first now if that has changed.
    func leave(_ slot: Int, _ resource: String) -> Int? {
        guard var line = lines[resource], let position = line.firstIndex(of: slot) else { return nil }
        line.remove(at: position)
        lines[resource] = line.isEmpty ? nil : line
        return position == 0 ? line.first : nil
    }
}
