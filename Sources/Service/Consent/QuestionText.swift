import Bytes
import JSON
import JSONRPC

/// The words of a question. Text from the API or an agent is quoted on one line, with its own quotes and line breaks
/// escaped. So nobody can take it for the question's own words.
enum QuestionText {
    /// Lines that a question lists under one title, at most: nobody can judge more.
    static let limit = 100

    /// `"name" (id)`, or the one of the two that exists.
    static func named(_ name: String?, _ id: String) -> String {
        // An id comes from outside, too.
        let id = id.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") } ? id : id.shown
        guard let name, !name.isEmpty else { return id }
        return id.isEmpty ? name.shown : "\(name.shown) (\(id))"
    }

    /// A line with `title` and its count, then `lines`; empty without any.
    static func list(_ title: String, _ lines: [String]) -> [String] {
        guard !lines.isEmpty else { return [] }
        var out = ["\(title) (\(lines.count)):"] + lines.prefix(limit).map { "  " + $0 }
        if lines.count > limit {
            out.append("  and \(lines.count - limit) more: \(lines.count) are too many to judge here")
        }
        return out
    }
}

extension String {
    /// In double quotes on one line, invisible characters escaped. A long text is cut in its middle, and its length
    /// follows.
    var shown: String {
        let (text, length) = cutInTheMiddle
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar.isDoubleQuote { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out.printable + "\"" + (length.map { " (\($0) characters)" } ?? "")
    }

    /// Characters that a question shows of one text, at most.
    static let shownLimit = 500

    /// The text, and nil. A text over `shownLimit` loses its middle and comes with its length.
    var cutInTheMiddle: (text: String, length: Int?) {
        let scalars = unicodeScalars
        let length = scalars.count
        guard length > Self.shownLimit else { return (self, nil) }
        let half = Self.shownLimit / 2
        return (String(scalars.prefix(half)) + " … " + String(scalars.suffix(half)), length)
    }
}

extension Unicode.Scalar {
    /// Whether it is a double quote, or looks like one.
    fileprivate var isDoubleQuote: Bool {
        switch value {
        case 0x22, 0xAB, 0xBB, 0x2BA, 0x2DD, 0x2EE, 0x201C...0x201F, 0x2033, 0x2036, 0x275D, 0x275E, 0x301D...0x301F,
            0xFF02:
            true
        default: false
        }
    }
}

extension JSONSlice {
    /// A contact's first and last name, else the first address; nil without either.
    var contactName: String? {
        let parts = [member("first_name"), member("last_name")].compactMap { $0?.string }.filter { !$0.isEmpty }
        if !parts.isEmpty { return parts.joined(separator: " ") }
        guard let emails = member("emails") else { return nil }
        for email in emails.elements {
            if let text = email.member("email")?.string { return text }
        }
        return nil
    }

    /// The name, title or text that identifies a record of `resource` to people.
    func name(as resource: Substring) -> String? {
        switch resource {
        case "contact", "user": contactName
        case "engagement": member("title")?.string
        case "transcriptComment": member("body")?.string
        default: member("name")?.string
        }
    }

    /// The value as a question shows it: decoded, on one line.
    var told: String {
        if kind == .null { return "nothing" }
        if kind == .string { return string?.shown ?? Self.unreadable }
        var out = ""
        tell(to: &out)
        let (text, length) = out.cutInTheMiddle
        return text + (length.map { " (\($0) characters)" } ?? "")
    }

    /// Stands for a string with half a surrogate pair, which has no text.
    private static let unreadable = "a text that can't be shown"

    /// As JSON, but decoded.
    private func tell(to out: inout String) {
        switch kind {
        case .object:
            var mark = "{"
            for member in members {
                out += "\(mark)\(member.name.string?.shown ?? Self.unreadable): "
                member.value.tell(to: &out)
                mark = ", "
            }
            out += mark == "{" ? "{}" : "}"
        case .array:
            var mark = "["
            for element in elements {
                out += mark
                element.tell(to: &out)
                mark = ", "
            }
            out += mark == "[" ? "[]" : "]"
        case .string: out += string?.shown ?? Self.unreadable
        case .true, .false, .number, .null: out += bytes.text
        }
    }

    /// Whether both are equal JSON values, however they are spelled. False in doubt.
    func says(_ other: JSONSlice) -> Bool {
        switch (kind, other.kind) {
        case (.string, .string):
            guard let text = string, let other = other.string else { return false }
            return text.utf8.elementsEqual(other.utf8)
        case (.number, .number):
            if let number = integer, let other = other.integer { return number == other }
            return bytes.equals(other.bytes)
        case (.array, .array):
            let (mine, others) = (Array(elements), Array(other.elements))
            return mine.count == others.count && zip(mine, others).allSatisfy { $0.says($1) }
        case (.object, .object):
            let (mine, others) = (Array(members), Array(other.members))
            guard mine.count == others.count, other.repeatedName == nil else { return false }
            return others.allSatisfy { wanted in value(of: wanted.name)?.says(wanted.value) == true }
        default: return kind == other.kind
        }
    }

    /// The value of the first member with this name, or nil.
    func value(of name: JSONSlice) -> JSONSlice? {
        guard let name = name.string.map({ Array($0.utf8) }) else { return nil }
        return members.first { $0.name.spells(utf8: name) }?.value
    }
}

extension RPCFailure {
    /// Whether a look-up's failure makes it likely that the next ones fail too.
    var isLikelyForAll: Bool {
        switch kind {
        case .notFound, .serverError, .badResponse: false
        default: true
        }
    }
}
