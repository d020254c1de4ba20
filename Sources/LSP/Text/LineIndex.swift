import Bytes

/// Where the lines of a text start. A line ends behind LF, CR LF or a CR alone.
///
/// A change moves the starts of all lines behind it. That is put off: from line `movedFrom` on, `moved` is still to be
/// added. A person types in one place, so a keystroke costs what lies between it and the one before.
struct LineIndex {
    /// The start of each line; the first is 0. Documents are far below 2 GiB.
    private var starts: [Int32] = [0]
    private var movedFrom = 1
    private var moved: Int32 = 0

    /// The lines of `text`.
    init(_ text: Bytes) {
        Self.appendStarts(in: text, from: 0, to: text.count, onto: &starts)
        movedFrom = starts.count
    }

    /// The number of lines, at least 1.
    var count: Int { starts.count }

    /// Where `line` starts, which is below `count`.
    func start(of line: Int) -> Int { Int(starts[line] + (line >= movedFrom ? moved : 0)) }

    /// The line that the byte at `offset` is on.
    func line(at offset: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if start(of: middle) <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The bytes `replaced` have become the `length` bytes that stand there now in `text`.
    mutating func change(_ replaced: Range<Int>, to length: Int, in text: Bytes) {
        let (start, end) = (replaced.lowerBound, replaced.upperBound)
        // A line starts behind its terminator, so those that may be gone start from `start` to `end`.
        let first = firstLine(startingAt: max(1, start))
        let last = firstLine(startingAt: end + 1)
        move(boundary: max(first, last))
        var fresh: [Int32] = []
        // The byte before belongs to the change: a CR there is no terminator any more before an LF.
        Self.appendStarts(in: text, from: max(0, start - 1), to: start + length, onto: &fresh)
        if start > 0, let head = fresh.first, head < start { fresh.removeFirst() }
        if last > first || !fresh.isEmpty { starts.replaceSubrange(first..<max(first, last), with: fresh) }
        movedFrom = first + fresh.count
        moved += Int32(length - (end - start))
        if movedFrom == starts.count { moved = 0 }
    }

    /// The first line that starts at `offset` or behind it.
    private func firstLine(startingAt offset: Int) -> Int {
        var (low, high) = (1, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if start(of: middle) < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts the movement off from line `line` on.
    private mutating func move(boundary line: Int) {
        if moved != 0 {
            starts.withUnsafeMutableBufferPointer { starts in
                if line > movedFrom {
                    for index in movedFrom..<line { starts[index] += moved }
                } else {
                    for index in line..<movedFrom { starts[index] -= moved }
                }
            }
        }
        movedFrom = line
    }

    /// Appends the starts of the lines whose terminators end in the bytes from `start` up to `end`.
    private static func appendStarts(in text: Bytes, from start: Int, to end: Int, onto starts: inout [Int32]) {
        var at = start
        while at < end {
            let byte = text[at]
            at += 1
            guard byte < 0x0E else { continue }
            if byte == 0x0A || byte == 0x0D && !(at < text.count && text[at] == 0x0A) { starts.append(Int32(at)) }
        }
    }
}
