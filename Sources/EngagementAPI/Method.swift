import HTTP

/// One parameter of a method: its name on the wire, what it may hold, and where it goes in the HTTP request.
public struct Parameter: Sendable {
    /// What a parameter may hold.
    public enum Kind: Sendable {
        /// A resource id: the prefix and at least one ASCII letter or digit, 128 bytes at most.
        case id(prefix: String)
        /// An array of ids.
        case ids(prefix: String)
        /// An array of words out of a closed list.
        case choices([Choice])
        /// Any string, or a string of at most this many characters.
        case text(maximum: Int)
        /// `true` or `false`.
        case flag
        /// Any JSON value, passed on as spelled and judged at the other end.
        case any
        /// `{timeout_ms, max_attempts}`: limits of this call, which never goes to the API.
        case options
    }

    /// One word of a closed list and the scope that choosing it takes.
    public struct Choice: Sendable {
        /// The word.
        public let value: String
        /// The scope besides the method's own, or nil.
        public let scope: String?
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
}

/// One method: everything that dispatch, checks, documents and tool lists need to know of it.
public struct Method: Sendable {
    /// What carries the method out.
    public enum Action: Sendable {
        /// One HTTP request. `path` has `{name}` where a path parameter goes.
        case http(HTTPVerb, path: String, Repeatability)
        /// Several HTTP requests, one after the other. `path` is that of what the call is about, as above; parameters
        /// that are not in it are arguments: a JSON object, in the place of a body.
        case composed(Composition, path: String)
        /// This process itself.
        case local(Local)
    }

    /// The methods that take several requests.
    public enum Composition: Sendable { case addContacts }

    /// The methods that need no API.
    public enum Local: Sendable { case discover, ping, info, shutdown, exit, cancel }

    /// Who can call the method.
    public enum Availability: Sendable {
        /// Everybody; it is in every list.
        case listed
        /// Everybody; protocol plumbing that no list names.
        case unlisted
        /// Only in the sandbox, which it controls. Not subject to throttling or retries.
        case sandbox
    }

    /// `resource.verb`.
    public let name: String
    /// One short sentence.
    public let summary: String
    /// What a caller should know before using it.
    public let detail: String
    /// In the order in which an array gives them.
    public let parameters: [Parameter]
    /// What carries it out.
    public let action: Action
    /// What the token must hold, besides what chosen words of a parameter add.
    public let scopes: [String]
    /// The name of the result's `data` in documents.
    public let result: String
    /// Who can call it.
    public let availability: Availability

    init(
        _ name: String, _ summary: String, detail: String = "", _ parameters: [Parameter] = [], action: Action,
        scopes: [String] = [], result: String, availability: Availability = .listed
    ) {
        self.name = name
        self.summary = summary
        self.detail = detail
        self.parameters = parameters
        self.action = action
        self.scopes = scopes
        self.result = result
        self.availability = availability
    }

    /// Whether it changes something at the API.
    public var isWrite: Bool {
        switch action {
        case .http(_, _, let repeatability): repeatability != .read && availability == .listed
        case .composed(.addContacts, _): true
        case .local: false
        }
    }

    /// Whether something that was there may be gone afterwards. Only creating is adding and nothing else.
    public var isDestructive: Bool {
        guard isWrite, case .http(let verb, _, _) = action else { return false }
        return verb != .post
    }

    /// Whether the same call a second time changes nothing more.
    public var isIdempotent: Bool {
        if case .http(_, _, let repeatability) = action { return repeatability.mayRepeat }
        return true
    }

    /// Whether it goes over HTTP.
    public var isRemote: Bool {
        if case .local = action { return false }
        return true
    }
}
