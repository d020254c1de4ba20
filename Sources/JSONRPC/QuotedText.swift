extension String {
    /// The text in double quotes, cut after 80 characters, for input that an error message repeats. Writing the message
    /// escapes what could disturb a terminal.
    public var quoted: String { "\"" + cut(after: 80, "…") + "\"" }

    /// The first `limit` Unicode scalars, and `mark` if some are missing. Scalars, because one `Character` can have any
    /// length.
    public func cut(after limit: Int, _ mark: String = "") -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return self }
        return String(scalars[..<end]) + mark
    }

    /// The candidate nearest to this text, if at most a third of its letters differ.
    public func nearest(in candidates: some Sequence<String>) -> String? {
        guard utf8.count <= 64 else { return nil }
        let scored = candidates.map { (name: $0, distance: lowercased().editDistance(to: $0.lowercased())) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, best.name.utf8.count / 3) ? best.name : nil
    }

    /// The number of insertions, deletions and replacements that turn this text into the other (Levenshtein).
    private func editDistance(to other: String) -> Int {
        let left = Array(utf8)
        let right = Array(other.utf8)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, candidate) in right.enumerated() {
                let replaced = diagonal + (letter == candidate ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
