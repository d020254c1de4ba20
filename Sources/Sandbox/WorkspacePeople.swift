import JSON

/// A contact, or a calendar resource such as a meeting room.
struct Person: Sendable {
    let id: String
    let firstName: String?
    let lastName: String?
    let emails: [String]
    var phone: String?
    var company: Int?
    var timeZone: String?
    var description: String?
    var crmID: String?
    var isCalendarResource = false
    let createdAt: Timestamp
    let updatedAt: Timestamp

    /// As the contacts paths show it. Calendar resources are found by id, and are in no list of contacts.
    var record: Record {
        let name = [firstName, lastName].compactMap(\.self).joined(separator: " ")
        let record = Record(
            id: id, updatedAt: updatedAt, searchText: ([name] + emails).joined(separator: "\n"), write: writeMembers)
        if let crmID { record.words = ["crm": [CRMFilter.word(crmID)]] }
        record.isListed = !isCalendarResource
        return record
    }

    private func writeMembers(to json: inout JSONWriter) {
        json.member("object", "contact")
        json.member("id", id)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
        writeNames(to: &json)
        if let description { json.member("description", description) }
        if let company {
            json.name("company")
            json.beginObject()
            json.member("id", WorkspaceSeed.companyID(company))
            json.member("object", "company")
            json.endObject()
        }
        json.writeEmails(emails)
        json.name("phone_numbers")
        json.beginArray()
        if let phone {
            json.beginObject()
            json.member("phone_number", phone)
            json.member("is_primary", true)
            json.endObject()
        }
        json.endArray()
        if let crmID { json.writeCRMAssociation("contact", crmID) }
        if let timeZone { json.member("time_zone", timeZone) }
    }

    /// As one of an engagement's `contacts`.
    func writeParticipant(to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "engagement_contact")
        json.member("id", id)
        writeNames(to: &json)
        json.writeEmails(emails)
        json.member("is_calendar_resource", isCalendarResource)
        json.endObject()
    }

    private func writeNames(to json: inout JSONWriter) {
        json.member("first_name", orNull: firstName)
        json.member("last_name", orNull: lastName)
    }
}

extension JSONWriter {
    /// Writes a member whose value is a string or `null`.
    mutating func member(_ name: String, orNull text: String?) {
        self.name(name)
        if let text { string(text) } else { null() }
    }

    /// Writes the `emails` member; the first address is the primary one.
    mutating func writeEmails(_ emails: [String]) {
        name("emails")
        beginArray()
        for (index, email) in emails.enumerated() {
            beginObject()
            member("email", email)
            member("is_primary", index == 0)
            endObject()
        }
        endArray()
    }

    /// Writes the `crm_association` member.
    mutating func writeCRMAssociation(_ type: String, _ id: String) {
        name("crm_association")
        beginObject()
        member("object_type", type)
        member("crm_object_id", id)
        member("source", "hubspot")
        endObject()
    }
}

extension WorkspaceSeed {
    /// Forty contacts and one room.
    var people: [Person] {
        (1...40).map(contact) + [
            Person(
                id: Self.roomID, firstName: "Room", lastName: "Kilimanjaro", emails: ["room-kilimanjaro@acme.example"],
                isCalendarResource: true, createdAt: Self.epoch, updatedAt: Self.epoch)
        ]
    }

    /// The id in the CRM of each contact that has one.
    static let contactCRMIDs: [String: String] = Dictionary(
        uniqueKeysWithValues: WorkspaceSeed().people.compactMap { person in person.crmID.map { (person.id, $0) } })

    private static let firstNames = [
        "Ana", "Björn", "Chloé", "Dmitri", "Efua", "Fatima", "Gábor", "Hana", "Iván", "Jun", "Katarzyna", "Liam",
        "Mei", "Noor", "Olivia", "Pavel", "Quentin", "Rosa", "Søren", "Tomás",
    ]
    private static let lastNames = [
        "Souza", "Lindqvist", "Moreau", "Petrov", "Mensah", "Haddad", "Kovács", "Suzuki", "O'Brien", "Takahashi",
        "Nowak", "Murphy", "Chen",
    ]
    private static let timeZones = ["America/Sao_Paulo", "Europe/Stockholm", "Asia/Tokyo", "America/New_York"]

    private func contact(_ number: Int) -> Person {
        let first = Self.firstNames[(number - 1) % Self.firstNames.count]
        let last = Self.lastNames[(number - 1) % Self.lastNames.count]
        let company = (number - 1) % Self.companies.count + 1
        let domain = number % 5 == 0 ? "mail.example" : Self.companies[company - 1].domain
        var person = Person(
            id: Self.contactID(number), firstName: first, lastName: number % 6 == 0 ? nil : last,
            emails: number % 11 == 0
                ? [] : ["contact\(number)@\(domain)"] + (number % 7 == 0 ? ["c\(number)@mail.example"] : []),
            createdAt: Self.epoch.adding(seconds: number * 3600),
            updatedAt: Self.epoch.adding(seconds: number * 86_400))
        if number % 2 == 0 { person.phone = "+1202555\(Self.padded(100 + number, 4))" }
        if number % 5 != 0 { person.company = company }
        if number % 3 == 0 { person.timeZone = Self.timeZones[number % Self.timeZones.count] }
        if number % 4 == 0 { person.description = "Met at the \"Elephants & Data\" fair, stand \(number)." }
        if number % 9 == 0 { person.crmID = "hs-contact-\(1000 + number)" }
        return person
    }
}
