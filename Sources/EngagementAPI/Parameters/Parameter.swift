/// One parameter of a method: its name on the wire, what it may hold, and where it goes in the HTTP request.
public struct Parameter: Sendable {
    /// What a parameter, or a member of one, may hold. Each kind is checked, written and documented in one place.
    public indirect enum Kind: Sendable {
        /// A resource id: the prefix and at least one ASCII letter or digit, 128 bytes at most.
        case id(prefix: String)
        /// An array of ids.
        case ids(prefix: String)
        /// An array of words out of a closed list.
        case choices([Choice])
        /// One word out of a closed list.
        case word([String])
        /// A string of so many characters.
        case text(minimum: Int = 0, maximum: Int)
        /// A string of a certain form, of at most so many characters.
        case formatted(Format, maximum: Int)
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// `true` or `false`.
        case flag
        /// A point in time (RFC 3339), sent in UTC.
        case time
        /// An object with these members and no others.
        case object([Member])
        /// An array of at most so many.
        case list(of: Kind, maximum: Int)
        /// The kind, or `null`, which means something and is sent.
        case nullable(Kind)
        /// An object of comparisons by field, sent as a bracketed query.
        case filter([FilterField])
        /// Names or dotted paths of the fields that the answer is to have.
        case fields
        /// An object with any members, passed on as spelled.
        case openObject
        /// Any JSON value, passed on as spelled and judged at the other end.
        case any
        /// `{timeout_ms, max_attempts}`: limits of this call, which never go to the API; for lists a `progress_token`
        /// too.
        case options(takesProgress: Bool)
    }

    /// The form of a string.
    public enum Format: Sendable {
        case url, email, color, visible

        /// What it looks like, as a regular expression for documents: from the first character to the last, and without
        /// classes such as the one for blanks, because grammars of local models read no other.
        var pattern: String {
            switch self {
            case .url: "^https://[^ ]+$"
            case .email: "^[^@ ]+@[^@ ]+$"
            case .color: "^#[A-Fa-f0-9]{6}$"
            case .visible: "^ *[^ ]( |[^ ])*$"
            }
        }

        /// What it must be, behind the name of a field.
        var rule: String {
            switch self {
            case .url: "must be a URL that begins with https://"
            case .email: "must be an e-mail address"
            case .color: "must be a colour such as #1F77B4"
            case .visible: "must hold something other than blanks"
            }
        }

        func fits(_ text: String) -> Bool {
            switch self {
            case .url: text.lowercased().hasPrefix("https://") && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            case .email:
                text.split(separator: "@", omittingEmptySubsequences: false).count == 2 && !text.hasPrefix("@")
                    && !text.hasSuffix("@") && !text.contains(where: \.isWhitespace)
            case .color: text.utf8.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy(\.isHexDigit)
            case .visible: text.contains { !$0.isWhitespace }
            }
        }
    }

    /// One word of a closed list and the scope that choosing it takes.
    public struct Choice: Sendable {
        /// The word.
        public let value: String
        /// The scope besides the method's own, or nil.
        public let scope: String?
    }

    /// A member of an object.
    public struct Member: Sendable {
        /// The name, in the API's own snake_case.
        public let name: String
        /// What it may hold.
        public let kind: Kind
        /// Whether it must be there.
        public let isRequired: Bool
        /// One sentence for documents.
        public let summary: String

        init(name: String, kind: Kind, isRequired: Bool, _ summary: String = "") {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.summary = summary
        }
    }

    /// Where the value goes.
    public enum Place: Sendable { case path, query, body, local }

    /// The name, in the API's own snake_case.
    public let name: String
    /// What it may hold.
    public let kind: Kind
    /// Where it goes.
    public let place: Place
    /// Whether it must be there.
    public let isRequired: Bool
    /// One sentence for documents.
    public let summary: String

    /// Whether it only limits the call.
    public var isOptions: Bool { if case .options = kind { true } else { false } }

    /// Whether `null` means something other than nothing.
    public var isNullable: Bool { if case .nullable = kind { true } else { false } }
}

/// A field that a list can be filtered by, and how.
public struct FilterField: Sendable {
    /// What is compared.
    public enum Kind: Sendable {
        /// One of these words: `eq`, `in`.
        case words([String])
        /// An id: `eq`, and `in` with up to 25.
        case ids(prefix: String)
        /// Any text: `eq`.
        case text
        /// A point in time: `gt`, `gte`, `lt`, `lte`.
        case time
        /// Up to 20 objects of a CRM, of these types: `eq`.
        case associations([String])

        /// The comparisons that it takes.
        public var operators: [String] {
            switch self {
            case .words, .ids: ["eq", "in"]
            case .text, .associations: ["eq"]
            case .time: ["gt", "gte", "lt", "lte"]
            }
        }
    }

    /// The field's name.
    public let name: String
    /// What is compared.
    public let kind: Kind
    /// One sentence for documents.
    let summary: String

    init(name: String, kind: Kind, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }

    /// Ids of one `in`, at most (API reference, list pages).
    public static let idLimit = 25
    /// CRM objects of one filter, at most (API guide, filtering by CRM object ids).
    public static let associationLimit = 20
}
