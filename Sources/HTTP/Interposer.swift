import Bytes

/// What answers in the API's place.
public enum Interposer: Equatable, Sendable {
    /// A firewall, which says so (AWS WAF's challenges and puzzles: `x-amzn-waf-action`).
    case firewall
    /// A page for people: of a proxy, a firewall, a network that wants a login, a host that is not the API's.
    case page
}

extension Exchange {
    /// What answered in the API's place; nil when nothing shows that anything did. A JSON body is no page, whatever its
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

    /// Whether the status is the API's word on what was asked, as far as can be seen.
    var isAnswered: Bool {
        if isAnothers { return false }
        return 200..<300 ~= status ? interposer == nil : self[.wafAction] == nil
    }

    private static func isOfPages(_ type: Bytes) -> Bool {
        let name = Bytes(rebasing: type.prefix { $0 != UInt8(ascii: ";") }).trimmed
        return name.equalsIgnoringCase("text/html") || name.equalsIgnoringCase("application/xhtml+xml")
    }
}
