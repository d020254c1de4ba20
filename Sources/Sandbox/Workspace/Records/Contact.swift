import JSON

/// A person who takes part in engagements, or a calendar resource such as a meeting room.
final class Contact: Changeable<ContactFacts> {
    var isCalendarResource: Bool { facts.isCalendarResource }

    override var searchText: String {
        let name = [facts.firstName, facts.lastName].compactMap(\.self).joined(separator: " ")
        return ([name] + facts.emails.map(\.value)).joined(separator: "\n")
    }

    /// Calendar resources can be found by id, but no list of contacts has them.
    override var isListed: Bool { !isCalendarResource }

    override func words(_ filter: String) -> [String] { filter == "crm" ? facts.crm.map { [$0.word] } ?? [] : [] }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        writeHead("contact", to: &json)
        writeNames(to: &json)
        if let description = facts.description { json.member("description", description) }
        if let company = facts.companyID {
            json.name("company")
            json.beginObject()
            json.member("id", company)
            json.member("object", "company")
            json.endObject()
        }
        json.addresses("emails", "email", facts.emails)
        json.addresses("phone_numbers", "phone_number", facts.phones)
        json.association(facts.crm)
        if let timeZone = facts.timeZone { json.member("time_zone", timeZone) }
    }

    /// Writes it as one of an engagement's `contacts`.
    func writeParticipant(to json: inout JSONWriter) {
        json.member("object", "engagement_contact")
        json.member("id", id)
        writeNames(to: &json)
        json.addresses("emails", "email", facts.emails)
        json.member("is_calendar_resource", isCalendarResource)
    }

    private func writeNames(to json: inout JSONWriter) {
        json.member("first_name", orNull: facts.firstName)
        json.member("last_name", orNull: facts.lastName)
    }
}
