import JSON

/// Engagements in memory, and the answers of the service about them.
final class Workspace {
    /// Who is on each engagement, rooms left aside.
    var contacts: [String: [String]] = [:]

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
            return "\"result\":{\"data\":\(Self.engagement(id, people))}"
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
            switch name {
            case "nobody": ("", "", "\"\(query)\"")
            case "twins":
                ("", "\"\(query)\":[\(Self.person("cnt_a1")),\(Self.person("cnt_a2"))]", "")
            default: ("\"\(query)\":\"cnt_\(name)\"", "", "")
            }
        return "\"result\":{\"data\":{\"found\":{\(found)},\"ambiguous\":{\(ambiguous)},\"missing\":[\(missing)]}}"
    }

    private func replaced(_ call: ScriptedService.Call) -> String {
        let id = call.text("engagement_id")
        guard let before = contacts[id] else { return Self.error(404, "not_found", "There is no \(id).", "no") }
        let wanted = call.list("contact_ids") ?? []
        if let expected = call.list("expected_contact_ids"), Set(expected) != Set(before) {
            return Self.error(412, "precondition_failed", "Others are there.", "no")
        }
        contacts[id] = wanted
        return Self.changes(id, before, wanted, after: wanted)
    }

    /// A result with `changes`.
    static func changes(_ id: String, _ before: [String], _ wanted: [String], after: [String]?) -> String {
        func list(_ ids: [String]) -> String { "[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let verified = after.map { Set($0) == Set(wanted) } ?? false
        return """
            "result":{"data":\(engagement(id, before)),"changes":{\
            "before":\(list(before)),"added":\(list(wanted.filter { !before.contains($0) })),\
            "removed":\(list(before.filter { !wanted.contains($0) })),\
            "kept":\(list(before.filter(wanted.contains))),"preserved":[],"verified":\(verified)}}
            """
    }

    private static func engagement(_ id: String, _ people: [String]) -> String {
        let contacts = people.map(person).joined(separator: ",")
        return "{\"id\":\"\(id)\",\"title\":\"Title of \(id)\",\"contacts\":[\(contacts)]}"
    }

    static func person(_ id: String) -> String {
        let name = id.dropFirst(4)
        return "{\"id\":\"\(id)\",\"first_name\":\"\(name.capitalized)\",\"last_name\":null,"
            + "\"emails\":[{\"email\":\"\(name)@x\"}]}"
    }

    static func error(
        _ code: Int, _ kind: String, _ message: String, _ applied: String? = nil, retryAfterMs: Int? = nil
    ) -> String {
        let written = applied.map { ",\"applied\":\"\($0)\"" } ?? ""
        let wait = retryAfterMs.map { ",\"retry_after_ms\":\($0)" } ?? ""
        return
            "\"error\":{\"code\":\(code),\"message\":\"\(message)\",\"data\":{\"kind\":\"\(kind)\"\(written)\(wait)}}"
    }
}
