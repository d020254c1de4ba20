import Bytes
import HTTP
import JSON
import JSONRPC

extension HTTPRequest {
    /// The value in this request at a path that the API names, for people: bounded, escaped, on one line. Nil if there
    /// is none, or it must not be repeated.
    ///
    /// - Parameter field: a path in the spelling of the API or of something before it: `contact_ids[0]`,
    ///   `emails.0.email`, `/contact_ids/0`, `body.title`, `filter[start_at][gte]`, `engagement_id`.
    func shownValue(at field: String, _ method: Method) -> String? {
        let parts = Self.parts(field)
        // A signed URL is as secret as a password.
        guard 1...16 ~= parts.count, !parts.contains("media_url") else { return nil }
        let isPrefixed = ["body", "query", "path", "params", "data"].contains(parts[0])
        for parts in isPrefixed ? [parts, Array(parts.dropFirst())] : [parts] where !parts.isEmpty {
            if let value = bodyValue(parts) { return Self.shownValue(value) }
            if let text = queryValue(parts) ?? pathValue(parts, method) { return Self.shownText(text) }
        }
        return nil
    }

    private static func parts(_ field: String) -> [String] {
        field.split { ".[]/#'\"".contains($0) }.map(String.init)
    }

    // MARK: Finding

    private func bodyValue(_ parts: [String]) -> JSONSlice? {
        guard let body, body.count > 0 else { return nil }
        var value = JSONSlice(checked: body.bytes)
        for part in parts {
            let inner: JSONSlice?
            switch value.kind {
            case .object: inner = value.members.first { $0.name.string == part }?.value
            case .array: inner = Int(part).flatMap { $0 < 0 ? nil : value.elements.dropFirst($0).first { _ in true } }
            default: inner = nil
            }
            guard let inner else { return nil }
            value = inner
        }
        return value
    }

    private func queryValue(_ parts: [String]) -> String? {
        let text = target.bytes.text
        for pair in text[(text.firstIndex(of: "?") ?? text.endIndex)...].dropFirst().split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { continue }
            let name = Self.parts(sides[0].percentDecoded)
            if name == parts { return sides[1].percentDecoded }
            // The commas of a list are not encoded, commas in its elements are.
            let elements = sides[1].split(separator: ",", omittingEmptySubsequences: false)
            guard name == parts.dropLast(), let index = parts.last.flatMap({ Int($0) }),
                elements.indices.contains(index)
            else { continue }
            return elements[index].percentDecoded
        }
        return nil
    }

    private func pathValue(_ parts: [String], _ method: Method) -> String? {
        guard parts.count == 1, let path = method.address?.path else { return nil }
        let names = path.split(separator: "/")
        guard let index = names.firstIndex(where: { $0 == "{\(parts[0])}" }) else { return nil }
        let segments = target.bytes.text.prefix { $0 != "?" }.split(separator: "/")
        return segments.indices.contains(index) ? segments[index].percentDecoded : nil
    }

    // MARK: Showing

    private static func shownValue(_ value: JSONSlice) -> String? {
        if let text = value.string { return shownText(text) }
        let text = value.bytes.text
        return text.contains("media_url") ? nil : text.cut(after: 80, "…").printable
    }

    private static func shownText(_ text: String) -> String? {
        var text = text
        if text.contains("://") {
            // Credentials precede the host or follow the path.
            guard !text.contains("@") else { return nil }
            if let end = text.firstIndex(where: { $0 == "?" || $0 == "#" }) { text = text[..<end] + "?…" }
        }
        let quotes = text.cut(after: 80, "…").split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + quotes.joined(separator: "\\\"").printable + "\""
    }
}
