import HTTP

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

    /// The methods that take several requests, or make their answer out of one.
    public enum Composition: Sendable {
        case addContacts, removeContacts, findContacts, transcript, undo
        /// What the journal holds: no request at all.
        case listJournal

        /// What it writes with; nil for what only reads.
        var verb: HTTPVerb? {
            switch self {
            case .addContacts, .removeContacts, .undo: .put
            case .findContacts, .transcript, .listJournal: nil
            }
        }
    }

    /// How sure the address of a method is.
    public enum Source: String, Sendable {
        /// Printed in the API's reference.
        case documented
        /// Worked out from its siblings, because the page that would print it does not.
        case inferred
    }

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

    /// The member of an answer about one resource that holds the id in the request's path.
    public enum Subject: Sendable {
        /// Its own id.
        case id
        /// That of the engagement which it belongs to.
        case engagementID

        /// As the API spells it.
        public var name: StaticString {
            switch self {
            case .id: "id"
            case .engagementID: "engagement_id"
            }
        }
    }

    /// `resource.verb`.
    public let name: String
    /// One short sentence.
    public let summary: String
    /// What a caller should know before using it, whoever that is.
    let advice: String
    /// In the order in which an array gives them.
    package let parameters: [Parameter]
    /// What carries it out.
    public let action: Action
    /// Which member of its answer must hold the id in the path; nil for what is about no single resource, and for
    /// several requests, of which each has its own.
    public let subject: Subject?
    /// What the token must hold, besides what chosen words of a parameter add.
    public let scopes: [String]
    /// The name of the result's `data` in documents.
    public let result: String
    /// Who can call it.
    public let availability: Availability
    /// How sure its address is.
    public let source: Source
    /// The params of an example that a fresh sandbox answers, as JSON; nil for what shows nothing.
    public let example: String?

    init(
        _ name: String, _ summary: String, detail: String = "", _ parameters: [Parameter] = [], action: Action,
        subject: Subject? = nil, scopes: [String] = [], result: String, availability: Availability = .listed,
        source: Source = .documented,
        example: String? = nil
    ) {
        self.name = name
        self.summary = summary
        advice = detail
        self.parameters = parameters
        self.action = action
        self.subject = subject ?? Self.usualSubject(action, result)
        self.scopes = scopes
        self.result = result
        self.availability = availability
        self.source = source
        self.example = example
    }

    private static func usualSubject(_ action: Action, _ result: String) -> Subject? {
        guard case .http(_, let path, _) = action else { return nil }
        return path.contains("{") && !result.hasSuffix("List") ? .id : nil
    }

    /// What it is about: `engagement` of `engagement.get`.
    public var resource: Substring { name.prefix { $0 != "." } }

    /// Whether it changes something at the API.
    public var isWrite: Bool {
        switch action {
        case .http(_, _, let repeatability): repeatability != .read && availability == .listed
        case .composed(let composition, _): composition.verb != nil
        case .local: false
        }
    }

    /// Whether something that was there may be gone afterwards. Only creating is adding and nothing else.
    public var isDestructive: Bool {
        switch action {
        case .http(let verb, _, _): return isWrite && verb != .post
        case .composed(let composition, _): return composition == .removeContacts || composition == .undo
        case .local: return false
        }
    }

    /// Whether the same call a second time changes nothing more.
    public var isIdempotent: Bool {
        switch action {
        case .http(_, _, let repeatability): repeatability.mayRepeat
        // A second undo undoes the first.
        case .composed(let composition, _): composition != .undo
        case .local: true
        }
    }

    /// Whether it is of no use in a process that keeps no journal.
    public var needsJournal: Bool {
        if case .composed(.undo, _) = action { return true }
        return resource == "journal"
    }

    /// The parameters that null clears in a plain call.
    private var clearable: [String] {
        guard case .http(.patch, _, _) = action else { return [] }
        return parameters.filter(\.kind.isNullable).map(\.name)
    }

    /// What a tool has in place of null: the names of what is to be cleared.
    package var clearing: Parameter? {
        let names = clearable
        guard !names.isEmpty else { return nil }
        return .optional(
            "clear", .choices(names.map { .init(value: $0, scope: nil) }), in: .local,
            "Fields to empty, by name; null is the same as leaving a field out.")
    }

    /// What a caller should know before using it.
    public var detail: String { advice + (clearable.isEmpty ? "" : " null clears a field.") }

    /// The same for an agent, whose tool takes no null.
    public var detailForTools: String {
        guard let fields = mainFields else { return advice }
        let expanded = parameters.contains { $0.name == "expand" } ? " and what expand names" : ""
        let sentence = "Each item has \(fields.joined(separator: ", "))\(expanded), unless fields names others."
        return advice.isEmpty ? sentence : "\(advice) \(sentence)"
    }

    /// Of a list from which fields can be chosen: those of an item that tell it from others, as paths.
    public var mainFields: [String]? {
        guard parameters.contains(where: { $0.name == "fields" }) else { return nil }
        return ResultType.named(result)?.item.flatMap(ResultType.named)?.mainFields
    }

    /// The HTTP method and the path, with `{name}` where a parameter goes, of its request, or of the one that writes;
    /// nil for what needs no API.
    public var address: (verb: String, path: String)? {
        switch action {
        case .http(let verb, let path, _): (verb.name, path)
        case .composed(.listJournal, _): nil
        case .composed(let composition, let path): ((composition.verb ?? .get).name, path)
        case .local: nil
        }
    }

    /// Whether the result may have `changes`.
    var tellsChanges: Bool { parameters.contains { $0.name == "dry_run" } }

    /// What the result's `data` holds.
    var dataKind: ResultType.Kind {
        guard availability == .listed else { return .anything }
        // A write may be answered without a body.
        return isWrite ? .orNull(.named(result)) : .named(result)
    }

    /// Whether it goes over HTTP.
    public var isRemote: Bool {
        if case .local = action { return false }
        return true
    }
}
