import JSON

/// Reads a seed, and collects everything that is wrong with it.
struct SeedReader {
    private(set) var faults = SeedFaults()
    /// Every element by its id: where it stands, and what it is.
    private var known: [String: (place: String, noun: String)] = [:]
    /// What elements say of others: where, whose id, and what that has to be.
    private var references: [(place: String, id: String, noun: String)] = []
    /// The contacts that an engagement calls calendar resources.
    private var resources: Set<String> = []

    mutating func file(_ root: JSONSlice) -> SeedFile {
        var file = SeedFile()
        var names = JSONNames()
        for member in root.members {
            let name = member.name.string ?? "?"
            guard names.insert(member.name) else {
                faults.add(name, "stands twice.")
                continue
            }
            switch name {
            case "engagements":
                file.engagements = elements(member.value, name, ("engagement", "ngmt_")) { $0.engagement(&$1) }
            case "contacts": file.contacts = elements(member.value, name, ("contact", "cnt_")) { $0.contact(&$1) }
            case "companies": file.companies = elements(member.value, name, ("company", "cmp_")) { Self.company(&$1) }
            case "tags": file.tags = elements(member.value, name, ("tag", "tag_")) { Self.tag(&$1) }
            case "users": file.users = elements(member.value, name, ("user", "usr_")) { Self.user(&$1) }
            default: faults.add(name, "is none of engagements, contacts, companies, tags and users.")
            }
        }
        for (place, id, noun) in references where known[id]?.noun != noun {
            faults.add(place, "\(ObjectReader.shown(id)) is no \(noun) of this file.")
        }
        for index in file.contacts.indices where resources.contains(file.contacts[index].id) {
            file.contacts[index].facts.isCalendarResource = true
        }
        return file
    }

    private mutating func elements<Facts>(
        _ list: JSONSlice, _ name: String, _ kind: (noun: String, prefix: String),
        read: (inout SeedReader, inout ObjectReader) -> Facts
    ) -> [SeedElement<Facts>] {
        guard list.kind == .array else {
            if list.kind != .null { faults.add(name, "is not a list.") }
            return []
        }
        var elements: [SeedElement<Facts>] = []
        for (index, value) in list.elements.enumerated() {
            var reader = ObjectReader(value, at: "\(name)[\(index)]")
            let id = reader.id(kind.prefix)
            if let noun = reader.text("object"), noun != kind.noun {
                reader.refuse("object", "\(ObjectReader.shown(noun)) is not \(kind.noun).")
            }
            let (createdAt, updatedAt) = (reader.time("created_at"), reader.time("updated_at"))
            let facts = read(&self, &reader)
            if let id, let before = known[id] {
                reader.refuse("id", "\(ObjectReader.shown(id)) stands at \(before.place) already.")
            }
            faults.add(reader.faults)
            guard let id else { continue }
            known[id] = (reader.place, kind.noun)
            elements.append(
                SeedElement(id: id, facts, extra: reader.extra, createdAt: createdAt, updatedAt: updatedAt))
        }
        return elements
    }

    // MARK: Elements

    private mutating func engagement(_ element: inout ObjectReader) -> EngagementFacts {
        var facts = EngagementFacts()
        facts.title = element.text("title")
        if let type = element.text("engagement_type") { facts.type = type }
        if let status = element.text("processing_status") { facts.status = status }
        facts.isPrivate = element.flag("is_private") ?? false
        facts.isInternal = element.flag("is_internal") ?? false
        facts.startAt = element.time("start_at")
        facts.engagementAt = element.time("engagement_at")
        facts.crm = element.association()
        let owner = part("owner", of: &element)
        facts.ownerID = user("owner_user_id", of: &element) ?? owner
        facts.hostID = user("host_user_id", of: &element)
        facts.contactIDs = parts("contacts", "contact_ids", of: &element, "contact")
        facts.companyIDs = parts("companies", "company_ids", of: &element, "company")
        facts.tagIDs = parts("tags", "tag_ids", of: &element, "tag")
        facts.actionItems = element.list("action_items")?.map { RawJSON($0.value) } ?? []
        facts.signals = element.list("signals")?.map { RawJSON($0.value) } ?? []
        facts.transcript = element.value("transcript").map(RawJSON.init)
        facts.mediaURL = element.text("media_url")
        return facts
    }

    private mutating func contact(_ element: inout ObjectReader) -> ContactFacts {
        var facts = ContactFacts()
        facts.firstName = element.text("first_name")
        facts.lastName = element.text("last_name")
        facts.description = element.text("description")
        facts.emails = element.addresses("emails", "email")
        facts.phones = element.addresses("phone_numbers", "phone_number")
        facts.timeZone = element.text("time_zone")
        facts.crm = element.association()
        facts.isCalendarResource = element.flag("is_calendar_resource") ?? false
        facts.companyID = element.object("company") { $0.text("id") }.flatMap(\.self)
        if let id = facts.companyID { references.append(("\(element.place).company.id", id, "company")) }
        if let id = element.text("company_id") {
            facts.companyID = id
            references.append(("\(element.place).company_id", id, "company"))
        }
        return facts
    }

    private static func company(_ element: inout ObjectReader) -> CompanyFacts {
        CompanyFacts(
            name: element.text("name"), description: element.text("description"),
            domains: element.addresses("domains", "domain"), crm: element.association(), hasWebsite: false)
    }

    private static func tag(_ element: inout ObjectReader) -> TagFacts {
        TagFacts(
            name: element.text("name") ?? "", description: element.text("description"),
            color: element.text("hex_color"), isAutomatic: element.flag("auto_tagging_enabled") ?? false)
    }

    private static func user(_ element: inout ObjectReader) -> UserFacts {
        UserFacts(
            firstName: element.text("first_name"), lastName: element.text("last_name"),
            emails: element.addresses("emails", "email"), role: element.text("role") ?? "MEMBER")
    }

    // MARK: References

    private mutating func user(_ name: String, of element: inout ObjectReader) -> String? {
        guard let id = element.text(name) else { return nil }
        references.append(("\(element.place).\(name)", id, "user"))
        return id
    }

    private mutating func part(_ name: String, of element: inout ObjectReader) -> String? {
        let owner = element.object(name) { (place: "\($0.place).id", id: $0.text("id")) }
        guard let owner, let id = owner.id else { return nil }
        references.append((owner.place, id, "user"))
        return id
    }

    /// The ids of an engagement's parts: objects with an `id`, as the API answers them, or a list of ids, as it takes
    /// them.
    private mutating func parts(
        _ name: String, _ ids: String, of element: inout ObjectReader, _ noun: String
    ) -> [String] {
        let objects = element.objects(name) { reader in
            let id = reader.text("id")
            if id == nil, reader.faults.isEmpty { reader.refuse("id", "is missing.") }
            return (place: "\(reader.place).id", id: id, isResource: reader.flag("is_calendar_resource") ?? false)
        }
        var found: [(place: String, id: String)] = []
        for part in objects {
            guard let id = part.id else { continue }
            found.append((part.place, id))
            if part.isResource { resources.insert(id) }
        }
        for item in element.list(ids) ?? [] {
            if let id = item.value.string {
                found.append((item.place, id))
            } else {
                faults.add(item.place, "is not a string.")
            }
        }
        var seen: [String: String] = [:]
        for (place, id) in found {
            references.append((place, id, noun))
            if let before = seen.updateValue(place, forKey: id) {
                faults.add(place, "\(ObjectReader.shown(id)) stands at \(before) already.")
            }
        }
        return found.map(\.id)
    }
}
