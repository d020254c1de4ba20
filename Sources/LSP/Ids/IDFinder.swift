import Bytes

/// Finds ids that stand alone in a text: no letter, digit, `_` or `-` is beside them.
package enum IDFinder {
    /// The ids that begin in `part` of `text`, in order, `limit` at most.
    package static func ids(in text: Bytes, _ part: Range<Int>, limit: Int = .max) -> [FoundID] {
        var (found, at): ([FoundID], Int) = ([], part.lowerBound)
        // An underscore is behind the first letters of an id.
        let end = min(text.count, part.upperBound + 4)
        while at < end, found.count < limit, let step = text.slice(at, end).firstPosition(of: underscore) {
            let place = at + step
            at = place + 1
            guard let id = id(in: text, underscore: place), part.contains(id.range.lowerBound) else { continue }
            found.append(id)
            at = id.range.upperBound
        }
        return found
    }

    /// The id that the byte at `offset` is in, or that ends there.
    package static func id(in text: Bytes, at offset: Int) -> FoundID? {
        var start = min(offset, text.count)
        let limit = max(0, start - ResourceID.lengthLimit - 5)
        while start > limit, text[start - 1].isAlphanumeric || text[start - 1] == underscore { start -= 1 }
        let end = min(text.count, offset + 5)
        var at = start
        while at < end, let step = text.slice(at, end).firstPosition(of: underscore) {
            if let found = id(in: text, underscore: at + step), found.range.lowerBound <= offset,
                found.range.upperBound >= offset
            {
                return found
            }
            at += step + 1
        }
        return nil
    }

    private static let underscore = UInt8(ascii: "_")

    /// The id whose underscore is at `place`.
    private static func id(in text: Bytes, underscore place: Int) -> FoundID? {
        guard let kind = kind(before: place, in: text) else { return nil }
        let start = place + 1 - kind.prefix.utf8.count
        var end = place + 1
        while end < text.count, text[end].isAlphanumeric { end += 1 }
        guard end > place + 1, end - place - 1 <= ResourceID.lengthLimit else { return nil }
        guard !isJoined(before: start, in: text), !isJoined(behind: end, in: text) else { return nil }
        return FoundID(id: ResourceID(kind: kind, text: text.slice(start, end).text), range: start..<end)
    }

    private static func kind(before place: Int, in text: Bytes) -> RecordKind? {
        guard place >= 3 else { return nil }
        let head = text.slice(place - 3, place)
        if head.equals("cnt") { return .contact }
        if head.equals("gmt") { return place >= 4 && text[place - 4] == UInt8(ascii: "n") ? .engagement : nil }
        if head.equals("cmp") { return .company }
        if head.equals("usr") { return .user }
        return head.equals("tag") ? .tag : nil
    }

    private static func isJoined(before start: Int, in text: Bytes) -> Bool {
        start > 0 && text.character(before: start).isOfWord
    }

    private static func isJoined(behind end: Int, in text: Bytes) -> Bool {
        end < text.count && text.character(at: end).isOfWord
    }
}
