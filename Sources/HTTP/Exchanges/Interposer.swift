import Bytes

/// What answered instead of the API.
public enum Interposer: Equatable, Sendable {
    /// A firewall that identifies itself (`x-amzn-waf-action` of AWS WAF's challenges and puzzles).
    case firewall
    /// A page for people: from a proxy, a firewall, a network that wants a login, or another host than the API's.
    case page
}

extension Exchange {
    /// What answered instead of the API; nil if nothing shows that anything did. A JSON body is no page, whatever its
    /// `Content-Type` says.
    public var interposer: Interposer? {
        if self[.wafAction] != nil { return .firewall }
        let mark: StaticString = "\u{FEFF}"
        let text = answer.starts(with: mark) ? answer.dropping(mark.utf8CodeUnitCount) : answer
        let blanks = text.leadingSpaceCount
        guard blanks < text.count else { return nil }
        switch text[blanks] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
        case UInt8(ascii: "<"): return .page
        default: return self[.contentType].map(Self.isOfPages) == true ? .page : nil
        }
    }

    /// Whether the status is the API's answer to the request, as far as the exchange shows.
    var isAnswered: Bool {
        if isAnothers { return false }
        return 200..<300 ~= status ? interposer == nil : self[.wafAction] == nil
    }

    private static func isOfPages(_ type: Bytes) -> Bool {
        let name = Bytes(rebasing: type.prefix { $0 != UInt8(ascii: ";") }).trimmed
        return name.equalsIgnoringCase("text/html") || name.equalsIgnoringCase("application/xhtml+xml")
    }
}
