import TestSupport

/// One call of each HTTP method and of each way of being repeatable, about a thing that is named after `name`.
enum SampleCall: String, CaseIterable, Sendable {
    case get, put, delete, create, patch, post

    var method: String {
        switch self {
        case .get: "engagement.get"
        case .put: "engagement.replaceContacts"
        case .delete: "contact.delete"
        case .create: "engagement.create"
        case .patch: "contact.update"
        case .post: "transcriptComment.create"
        }
    }

    /// Whether it may be sent again when nobody knows what became of it.
    var mayRepeat: Bool { self != .patch && self != .post }
    var isWrite: Bool { self != .get }

    func params(_ name: String) -> String {
        switch self {
        case .get: #"["ngmt_\#(name)"]"#
        case .put: replacement("ngmt_\(name)")
        case .delete: #"["cnt_\#(name)"]"#
        case .create:
            #"{"type":"CALL","title":"T","source_system":"s","external_id":"\#(name)","media_url":"https://m.example/a"}"#
        case .patch: #"{"contact_id":"cnt_\#(name)","first_name":"Bo"}"#
        case .post: #"{"engagement_id":"ngmt_\#(name)","body":"Text of \#(name)."}"#
        }
    }

    /// How often `server` was asked for this.
    func count(_ server: FaultServer, _ name: String) -> Int {
        server.requests.count { request in
            switch self {
            case .get: request.method == "GET" && request.target.hasSuffix("/ngmt_\(name)")
            case .put: request.method == "PUT" && request.target.hasSuffix("/ngmt_\(name)/contacts")
            case .delete: request.method == "DELETE" && request.target.hasSuffix("/cnt_\(name)")
            case .patch: request.method == "PATCH" && request.target.hasSuffix("/cnt_\(name)")
            case .create:
                request.method == "POST" && String(decoding: request.body, as: UTF8.self).contains(#""\#(name)""#)
            case .post: request.method == "POST" && request.target.contains("/ngmt_\(name)/")
            }
        }
    }

    /// A fitting answer to any of them, as the body of a 200: the object that the path is about, or a new one.
    static func answer(to request: FaultServer.Request) -> String {
        let ids = request.target.split(separator: "/").filter { $0.hasPrefix("ngmt_") || $0.hasPrefix("cnt_") }
        let id = request.method == "POST" ? "new_\(request.connection)" : ids.first.map(String.init) ?? "none"
        return #"{"id":"\#(id)","on":\#(request.connection)}"#
    }
}

extension HostProcess {
    /// Makes the call about `name` and waits.
    func call(_ sample: SampleCall, _ name: String, within seconds: Double = 10) throws -> Answer {
        try call(sample.method, sample.params(name), within: seconds)
    }
}

extension Answer {
    /// `attempts`, of a result or of an error.
    var attempts: Int? { int("result", "meta", "attempts") ?? int("error", "data", "attempts") }
    /// `applied` of an error.
    var applied: String? { string("error", "data", "applied") }
    /// `message` of an error; empty without one.
    var message: String { string("error", "message") ?? "" }
}
