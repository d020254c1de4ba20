import JSON

/// Engagements in memory, and the answers of the service about them.
final class Workspace {
    /// Who is on each engagement, rooms left aside.
    var contacts: [String: [String]] = [:]
    /// The rooms of engagements, `cnt_room…`, which no write changes.
    var rooms: [String: [String]] = [:]
    /// Whether a contact tells of its engagements.
    var listsEngagements = false
    /// Whether engagements mark their rooms.
    var marksRooms = true
    /// What becomes of a room that is sent and is not on the engagement.
    var refusesRooms = false

    init(_ contacts: [String: [String]]) { self.contacts = contacts }

    /// The answer of a healthy service.
    func answer(_ call: ScriptedService.Call) -> String {
        switch call.method {
        case "engagement.findContacts": return found(call)
        case "contact.get":
            let id = call.text("contact_id")
            return "\"result\":{\"data\":\(Self.person(id))}"
        case "engagement.get":
            let id = call.text("engagement_id")
            guard let people = contacts[id] else { return Self.error(404, "not_found", "There is no \(id).") }
            return "\"result\":{\"data\":\(Self.engagement(id, people, rooms[id] ?? [], marked: marksRooms))}"
        case "contact.listEngagements" where listsEngagements:
            let id = call.text("contact_id")
            let all = rooms.merging(contacts) { $0 + $1 }
            let found = all.filter { $0.value.contains(id) }.keys.sorted().prefix(1)
            let items = found.map { Self.engagement($0, contacts[$0] ?? [], rooms[$0] ?? [], marked: marksRooms) }
            return "\"result\":{\"data\":{\"data\":[\(items.joined(separator: ","))],\"has_more\":false}}"
        case "engagement.replaceContacts": return replaced(call)
        default: return Self.error(-32601, "method_not_found", "no \(call.method)")
        }
    }

    private func found(_ call: ScriptedService.Call) -> String {
        let query = call.list("emails")?.first ?? ""
        // ada@x is cnt_ada; nobody@… is nobody.
        let letters = query.prefix { $0 != "@" }
        let name = letters.utf8.allSatisfy { $0 < 0x80 } ? String(letters) : "form\(letters.utf8.count)"
        let (found, ambiguous, missing): (String, String, String) =
            switch name.lowercased() {
            case "nobody", "room1", "room2": ("", "", "\"\(query)\"")
            case "twins":
                ("", "\"\(query)\":[\(Self.person("cnt_a1")),\(Self.person("cnt_a2"))]", "")
            default: ("\"\(query)\":\"cnt_\(name)\"", "", "")
            }
        return "\"result\":{\"data\":{\"found\":{\(found)},\"ambiguous\":{\(ambiguous)},\"missing\":[\(missing)]}}"
    }

    private func replaced(_ call: ScriptedService.Call) -> String {
        let id = call.text("engagement_id")
        guard let before = contacts[id] else { return Self.error(404, "not_found", "There is no \(id).", "no") }
        let sent = call.list("contact_ids") ?? []
        let own = rooms[id] ?? []
        let wanted = sent.filter { !$0.hasPrefix("cnt_room") }
        let strange = sent.indices.filter { sent[$0].hasPrefix("cnt_room") && !own.contains(sent[$0]) }
        if refusesRooms, !strange.isEmpty {
            let errors = strange.map { "{\"field\":\"contact_ids[\($0)]\",\"code\":\"not_found\",\"message\":\"\"}" }
            return "\"error\":{\"code\":422,\"message\":\"Refused.\",\"data\":{\"kind\":\"unprocessable\","
                + "\"applied\":\"no\",\"errors\":[\(errors.joined(separator: ","))]}}"
        }
        if let expected = call.list("expected_contact_ids"), Set(expected) != Set(before + (marksRooms ? [] : own)) {
            return Self.error(412, "precondition_failed", "Others are there.", "no")
        }
        contacts[id] = wanted
        let isAllThere = strange.isEmpty
        return Self.changes(id, before, wanted, after: isAllThere ? wanted : nil, preserved: own)
    }

    /// A result with `changes`.
    static func changes(
        _ id: String, _ before: [String], _ wanted: [String], after: [String]?, preserved: [String] = []
    ) -> String {
        func list(_ ids: [String]) -> String { "[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let verified = after.map { Set($0) == Set(wanted) } ?? false
        return """
            "result":{"data":\(engagement(id, before)),"changes":{\
            "before":\(list(before)),"added":\(list(wanted.filter { !before.contains($0) })),\
            "removed":\(list(before.filter { !wanted.contains($0) })),\
            "kept":\(list(before.filter(wanted.contains))),"preserved":\(list(preserved)),"verified":\(verified)}}
            """
    }

    private static func engagement(
        _ id: String, _ people: [String], _ rooms: [String] = [], marked: Bool = true
    ) -> String {
        let contacts = people.map { person($0) } + rooms.map { person($0, isRoom: marked) }
        return "{\"id\":\"\(id)\",\"title\":\"Title of \(id)\",\"contacts\":[\(contacts.joined(separator: ","))]}"
    }

    static func person(_ id: String, isRoom: Bool = false) -> String {
        let name = id.dropFirst(4)
        return "{\"id\":\"\(id)\",\"first_name\":\"\(name.capitalized)\",\"last_name\":null,"
            + (isRoom ? "\"is_calendar_resource\":true," : "") + "\"emails\":[{\"email\":\"\(name)@x\"}]}"
    }

    static func error(
        _ code: Int, _ kind: String, _ message: String, _ applied: String? = nil, retryAfterMs: Int? = nil,
        attempts: Int? = nil, problem: String? = nil
    ) -> String {
        let written = applied.map { ",\"applied\":\"\($0)\"" } ?? ""
        let wait = retryAfterMs.map { ",\"retry_after_ms\":\($0)" } ?? ""
        let more =
            (attempts.map { ",\"attempts\":\($0)" } ?? "")
            + (problem.map { ",\"problem\":{\"detail\":\"\($0)\"}" } ?? "")
        return
            "\"error\":{\"code\":\(code),\"message\":\"\(message)\",\"data\":{\"kind\":\"\(kind)\"\(written)\(wait)\(more)}}"
    }
}
