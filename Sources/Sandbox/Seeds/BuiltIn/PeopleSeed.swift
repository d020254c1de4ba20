import Bytes

extension WorkspaceSeed {
    private static let firstNames = [
        "Ana", "Björn", "Chloé", "Dmitri", "Efua", "Fatima", "Gábor", "Hana", "Iván", "Jun", "Katarzyna", "Liam",
        "Mei", "Noor", "Olivia", "Pavel", "Quentin", "Rosa", "Søren", "Tomás",
    ]
    private static let lastNames = [
        "Souza", "Lindqvist", "Moreau", "Petrov", "Mensah", "Haddad", "Kovács", "Suzuki", "O'Brien", "Takahashi",
        "Nowak", "Murphy", "Chen",
    ]
    private static let timeZones = ["America/Sao_Paulo", "Europe/Stockholm", "Asia/Tokyo", "America/New_York"]

    /// Two contacts have it: 37 and 38.
    private static let sharedAddress = "front-desk@mail.example"

    /// Forty contacts and one room.
    var contactRecords: [Record] {
        var room = ContactFacts(firstName: "Room", lastName: "Kilimanjaro")
        room.emails = Address.list(["room-kilimanjaro@acme.example"])
        room.isCalendarResource = true
        return (1...40).map(contact) + [
            Contact(id: Self.roomID, room, createdAt: Self.epoch, updatedAt: Self.epoch)
        ]
    }

    private func contact(_ number: Int) -> Record {
        let company = (number - 1) % Self.companies.count + 1
        let domain = number % 5 == 0 ? "mail.example" : Self.companies[company - 1].domain
        var facts = ContactFacts()
        facts.firstName = Self.firstNames[(number - 1) % Self.firstNames.count]
        facts.lastName = number % 6 == 0 ? nil : Self.lastNames[(number - 1) % Self.lastNames.count]
        if number % 11 != 0 {
            let addresses = ["contact\(number)@\(domain)"] + (number % 7 == 0 ? ["c\(number)@mail.example"] : [])
            facts.emails = Address.list(addresses + ((37...38).contains(number) ? [Self.sharedAddress] : []))
        }
        if number % 2 == 0 { facts.phones = Address.list(["+1202555\((100 + number).padded(to: 4))"]) }
        if number % 5 != 0 { facts.companyID = Self.companyID(company) }
        if number % 3 == 0 { facts.timeZone = Self.timeZones[number % Self.timeZones.count] }
        if number % 4 == 0 { facts.description = "Met at the \"Elephants & Data\" fair, stand \(number)." }
        if number % 9 == 0 { facts.crm = CRMLink(type: "contact", id: "hs-contact-\(1000 + number)") }
        return Contact(
            id: Self.contactID(number), facts, createdAt: Self.epoch.adding(seconds: number * 3600),
            updatedAt: Self.epoch.adding(seconds: number * 86_400))
    }
}

/// The archive: records that fill lists and searches. They are older than all others, so they come last.
extension WorkspaceSeed {
    /// Four hundred contacts.
    static let archivedContacts: @Sendable () -> [Record] = {
        (1...400).map { number in
            var facts = ContactFacts()
            facts.firstName = firstNames[number * 7 % firstNames.count]
            facts.lastName = lastNames[number * 5 % lastNames.count]
            facts.emails = Address.list(["person\(number)@\(companies[number % companies.count].domain)"])
            if number % 3 != 0 { facts.companyID = companyID(number % companies.count + 1) }
            return Contact(
                id: archivedContactID(number), facts, createdAt: archiveEpoch.adding(seconds: number * 1800),
                updatedAt: archiveEpoch.adding(seconds: number * 7200))
        }
    }

    /// Two hundred and forty engagements.
    static let archivedEngagements: @Sendable () -> [Record] = {
        let kinds = ["Check-in", "Demo", "Renewal talk", "Support call", "Kick-off"]
        return (1...240).map { number in
            let company = number % companies.count
            let name = companies[company].name ?? companies[company].domain
            var seed = EngagementSeed(number: number, title: "\(kinds[number % kinds.count]) \(number) with \(name)")
            seed.origin = .archived
            seed.type = number % 4 == 0 ? "CALL" : "MEETING"
            seed.minutes = 15 + number % 6 * 15
            seed.owner = number % userCount + 1
            seed.companies = [company + 1]
            seed.contactIDs = (0..<(1 + number % 3)).map { archivedContactID((number * 3 + $0) % 400 + 1) }
            seed.transcript = number % 2 == 0 ? .short : .none
            seed.tags = number % 5 == 0 ? [number % tags.count + 1] : []
            return Engagement(seed)
        }
    }

    private static func archivedContactID(_ number: Int) -> String { "cnt_archive\(number.padded(to: 3))" }
}
