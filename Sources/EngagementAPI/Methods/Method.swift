import HTTP

/// One method: everything that dispatch, checks, documents and tool lists need.
public struct Method: Sendable {
    /// How the method is carried out.
    public enum Action: Sendable {
        /// One HTTP request. `path` has `{name}` where a path parameter goes.
        case http(HTTPVerb, path: String, Repeatability)
        /// Several HTTP requests, one after another. `path` is the resource's, as above; all other parameters are
        /// arguments, in a JSON object in place of a body.
        case composed(Composition, path: String)
        /// This process itself.
        case local(Local)
    }

    /// Methods that need several requests, or make their answer from one.
    public enum Composition: Sendable {
        case addContacts, removeContacts, findContacts, transcript, undo, merge
        /// Read the journal, without any request.
        case listJournal, listRuns

        /// The HTTP method of its write; nil if it only reads.
        var verb: HTTPVerb? {
            switch self {
            case .addContacts, .removeContacts, .undo, .merge: .put
            case .findContacts, .transcript, .listJournal, .listRuns: nil
            }
        }

        /// Whether it reaches the API.
        public var sendsRequests: Bool {
            switch self {
            case .addContacts, .removeContacts, .findContacts, .transcript, .undo, .merge: true
            case .listJournal, .listRuns: false
            }
        }
    }

    /// Where a method's address comes from.
    public enum Source: String, Sendable {
        /// Printed in the API's reference.
        case documented
        /// Inferred from related methods, because no page of the reference prints it.
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

    /// The member of an answer about one resource that must equal the id in the request's path.
    public enum Subject: Sendable {
        /// Its own id.
        case id
        /// The id of the engagement that it belongs to.
        case engagementID

        /// The API's name for it.
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
    /// What every caller should know before using it.
    let advice: String
    /// In the order of their values in an array.
    package let parameters: [Parameter]
    /// How it is carried out.
    public let action: Action
    /// Which member of the answer must equal the id in the path. Nil if it is about no single resource, and for several
    /// requests, each of which has its own.
    public let subject: Subject?
    /// The scopes that the token needs, besides those of chosen words.
    public let scopes: [String]
    /// The name of the result's `data` in documents.
    public let result: String
    /// Of these parameters a call gives exactly one; empty if it is free to choose.
    package let alternatives: [String]
    /// Who can call it.
    public let availability: Availability
    /// Where its address comes from.
    public let source: Source
    /// The params of an example that a fresh sandbox answers, as JSON; nil for none.
    public let example: String?

    init(
        _ name: String, _ summary: String, detail: String = "", _ parameters: [Parameter] = [], action: Action,
        subject: Subject? = nil, scopes: [String] = [], result: String, oneOf alternatives: [String] = [],
        availability: Availability = .listed, source: Source = .documented, example: String? = nil
    ) {
        self.name = name
        self.summary = summary
        advice = detail
        self.parameters = parameters
        self.action = action
        self.subject = subject ?? Self.usualSubject(action, result)
        self.scopes = scopes
        self.result = result
        self.alternatives = alternatives
        self.availability = availability
        self.source = source
        self.example = example
    }

    private static func usualSubject(_ action: Action, _ result: String) -> Subject? {
        guard case .http(_, let path, _) = action else { return nil }
        return path.contains("{") && !result.hasSuffix("List") ? .id : nil
    }

    /// The resource: `engagement` of `engagement.get`.
    public var resource: Substring { name.prefix { $0 != "." } }

    /// Whether it changes something in the API.
    public var isWrite: Bool {
        switch action {
        case .http(_, _, let repeatability): repeatability != .read && availability == .listed
        case .composed(let composition, _): composition.verb != nil
        case .local: false
        }
    }

    /// Whether it may remove something. Only creating never does.
    public var isDestructive: Bool {
        switch action {
        case .http(let verb, _, _): return isWrite && verb != .post
        case .composed(let composition, _): return [.removeContacts, .undo, .merge].contains(composition)
        case .local: return false
        }
    }

    /// Whether repeating the call changes nothing more.
    public var isIdempotent: Bool {
        switch action {
        case .http(_, _, let repeatability): repeatability.mayRepeat
        case .composed, .local: true
        }
    }

    /// Whether it needs the journal.
    public var needsJournal: Bool {
        if case .composed(.undo, _) = action { return true }
        return resource == "journal"
    }

    /// The parameters that null clears, in a plain call.
    private var clearable: [String] {
        guard case .http(.patch, _, _) = action else { return [] }
        return parameters.filter(\.kind.isNullable).map(\.name)
    }

    /// The tool's parameter in place of null: the names of fields to clear.
    package var clearing: Parameter? {
        let names = clearable
        guard !names.isEmpty else { return nil }
        return .optional(
            "clear", .choices(names.map { .init(value: $0, scope: nil) }), in: .local,
            "Fields to empty, by name; null is the same as leaving a field out.")
    }

    /// What every caller should know before using it.
    public var detail: String { advice + (clearable.isEmpty ? "" : " null clears a field.") }

    /// The same for an agent, whose tool accepts no null.
    public var detailForTools: String {
        guard let fields = mainFields else { return advice }
        let expanded = parameters.contains { $0.name == "expand" } ? " and what expand names" : ""
        let sentence = "Each item has \(fields.joined(separator: ", "))\(expanded), unless fields names others."
        return advice.isEmpty ? sentence : "\(advice) \(sentence)"
    }

    /// If fields can be chosen from a list: the paths of those that identify an item.
    public var mainFields: [String]? {
        guard parameters.contains(where: { $0.name == "fields" }) else { return nil }
        return ResultType.named(result)?.item.flatMap(ResultType.named)?.mainFields
    }

    /// The HTTP method and the path of its request, or of the one that writes, with `{name}` for a parameter; nil if it
    /// needs no API.
    public var address: (verb: String, path: String)? {
        switch action {
        case .http(let verb, let path, _): (verb.name, path)
        case .composed(.merge, _): (HTTPVerb.put.name, "/v2/engagements/{engagement_id}/contacts")
        case .composed(let composition, let path):
            composition.sendsRequests ? ((composition.verb ?? .get).name, path) : nil
        case .local: nil
        }
    }

    /// Whether the result may have `changes`. A merge tells them engagement by engagement, in `data`.
    var tellsChanges: Bool {
        if case .composed(.merge, _) = action { return false }
        return parameters.contains { $0.name == "dry_run" }
    }

    /// The kind of the result's `data`.
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
