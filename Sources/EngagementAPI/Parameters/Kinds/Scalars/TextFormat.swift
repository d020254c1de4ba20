enum TextFormat: Sendable {
    case url, email, color, visible

    /// A regular expression for documents, for the whole text. It has no classes such as `\s`, because grammars of
    /// local models can't read them.
    var pattern: String {
        switch self {
        case .url: "^https://[^ ]+$"
        case .email: "^[^@ ]+@[^@ ]+$"
        case .color: "^#[A-Fa-f0-9]{6}$"
        case .visible: "^ *[^ ]( |[^ ])*$"
        }
    }

    /// The rule, to follow the name of a field.
    var rule: String {
        switch self {
        case .url: "must be a URL that begins with https://"
        case .email: "must be an e-mail address"
        case .color: "must be a colour such as #1F77B4"
        case .visible: "must hold something other than blanks"
        }
    }

    /// The rule as a sentence, if the field's name does not say it.
    var form: String? { self == .url ? "It begins with https://." : nil }

    func fits(_ text: String) -> Bool {
        switch self {
        case .url:
            text.lowercased().hasPrefix("https://") && text.utf8.count > 8
                && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        case .email:
            text.split(separator: "@", omittingEmptySubsequences: false).count == 2 && !text.hasPrefix("@")
                && !text.hasSuffix("@") && !text.contains(where: \.isWhitespace)
        case .color: text.utf8.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy(\.isHexDigit)
        case .visible: text.contains { !$0.isWhitespace }
        }
    }
}
