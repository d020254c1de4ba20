import Bytes

/// What requests create and change. Each checks everything first.
extension Workspace {
    /// The new object that `body` describes; for an engagement, maybe the existing one with its `external_id`. Throws a
    /// 422 for a bad body, and a 409 if another object has a unique value already.
    func create(in collection: Collection, from body: Bytes) throws(Problem) -> (Record, isNew: Bool) {
        switch collection.name {
        case "engagements": return try createEngagement(in: collection, from: body)
        case "contacts":
            let facts = try contactFacts(from: body, ContactFacts(), of: nil)
            return (add(to: collection) { Contact(id: $0, facts, createdAt: $1, updatedAt: $1) }, true)
        case "companies":
            let facts = try companyFacts(from: body, CompanyFacts(), of: nil)
            return (add(to: collection) { Company(id: $0, facts, createdAt: $1, updatedAt: $1) }, true)
        default:
            let facts = try tagFacts(from: body, TagFacts(name: ""), of: nil)
            return (add(to: collection) { Tag(id: $0, facts, createdAt: $1, updatedAt: $1) }, true)
        }
    }

    /// Changes the object as `body` says. Throws like `create`.
    func update(_ record: Record, from body: Bytes) throws(Problem) {
        switch record {
        case let contact as Contact:
            contact.change(to: try contactFacts(from: body, contact.facts, of: contact.id), at: tick())
        case let company as Company:
            company.change(to: try companyFacts(from: body, company.facts, of: company.id), at: tick())
        case let tag as Tag: tag.change(to: try tagFacts(from: body, tag.facts, of: tag.id), at: tick())
        case let comment as TranscriptComment: try updateComment(comment, from: body)
        default: break
        }
        partChanged()
    }

    /// Adds the object that `make` returns for a new id and the time.
    private func add(to collection: Collection, _ make: (String, Timestamp) -> Record) -> Record {
        let record = make(collection.nextID(), tick())
        collection.add(record)
        return record
    }

    /// Throws a 409 that names the fields whose values another `noun` has.
    private static func refuseConflicts(_ noun: String, _ fields: [String]) throws(Problem) {
        guard !fields.isEmpty else { return }
        throw Problem(
            409, "This conflicts with an existing active \(noun).",
            errors: fields.map { FieldError(field: $0, code: "conflict", message: "Another \(noun) has it.") })
    }

    /// The fields `list[2].part` whose address belongs to another object than `id`.
    private static func taken(
        _ list: String, _ part: String, _ addresses: [Address], by holders: [String: String], besides id: String?
    ) -> [String] {
        addresses.enumerated().compactMap { index, address in
            let holder = holders[address.value.lowercased()]
            return holder == nil || holder == id ? nil : "\(list)[\(index)].\(part)"
        }
    }

    // MARK: Contacts, companies, tags

    private func contactFacts(from bytes: Bytes, _ old: ContactFacts, of id: String?) throws(Problem) -> ContactFacts {
        var facts = old
        var body = try BodyReader(
            bytes,
            members: [
                "first_name", "last_name", "description", "company_id", "emails", "phone_numbers", "time_zone",
            ])
        body.text("first_name", orNull: true).apply(to: &facts.firstName)
        body.text("last_name", orNull: true).apply(to: &facts.lastName)
        body.text("description", 1...2000, orNull: true).apply(to: &facts.description)
        body.text("time_zone", orNull: true).apply(to: &facts.timeZone)
        let company = body.text("company_id", orNull: true)
        if let wanted = company.value, self.company(wanted) == nil {
            body.refuse("company_id", "not_found", "There is no company with this id in the workspace.")
        }
        company.apply(to: &facts.companyID)
        if let emails = body.addresses("emails", "email", Self.email) { facts.emails = emails }
        if let phones = body.addresses("phone_numbers", "phone_number", { $0.isEmpty ? nil : $0 }) {
            facts.phones = phones
        }
        try body.check()
        // Several may share an address since before; none can join them.
        let had = Set(old.emails.map { $0.value.lowercased() })
        let fresh = facts.emails.filter { !had.contains($0.value.lowercased()) }
        let holders = fresh.isEmpty ? [:] : contactIDsByEmail.filter { !had.contains($0.key) }
        let taken = Self.taken("emails", "email", facts.emails, by: holders, besides: id)
        try Self.refuseConflicts("contact", taken)
        return facts
    }

    private static func email(_ text: String) -> String? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !text.contains(" ") else { return nil }
        return text
    }

    private func companyFacts(from bytes: Bytes, _ old: CompanyFacts, of id: String?) throws(Problem) -> CompanyFacts {
        var facts = old
        var body = try BodyReader(bytes, members: ["domains", "name", "description"])
        body.text("name", orNull: id != nil).apply(to: &facts.name)
        body.text("description", 1...2000, orNull: id != nil).apply(to: &facts.description)
        let domains = body.addresses("domains", "domain", isRequired: id == nil, needsPrimary: false) { text in
            let domain = Company.normalized(domain: text)
            return domain.contains(".") && !domain.contains(" ") ? domain : nil
        }
        if let domains {
            if domains.isEmpty, body.errors.isEmpty { body.refuse("domains", "required", "Give one domain at least.") }
            facts.domains = domains
        }
        try body.check()
        let taken = Self.taken("domains", "domain", facts.domains, by: companyIDsByDomain, besides: id)
        try Self.refuseConflicts("company", taken)
        return facts
    }

    private func tagFacts(from bytes: Bytes, _ old: TagFacts, of id: String?) throws(Problem) -> TagFacts {
        var facts = old
        var body = try BodyReader(bytes, members: ["name", "description", "hex_color", "auto_tagging_enabled"])
        if let name = body.text("name", isRequired: id == nil).value { facts.name = name }
        body.text("description", 1...2000, orNull: true).apply(to: &facts.description)
        let color = body.text("hex_color", orNull: true)
        if let text = color.value,
            text.utf8.count != 7 || text.first != "#" || !text.dropFirst().allSatisfy(\.isHexDigit)
        {
            body.refuse("hex_color", "invalid_format", "Give a colour such as #1F77B4.")
        }
        color.apply(to: &facts.color)
        if let isAutomatic = body.flag("auto_tagging_enabled") { facts.isAutomatic = isAutomatic }
        try body.check()
        if let other = tag(named: facts.name), other.id != id { try Self.refuseConflicts("tag", ["name"]) }
        return facts
    }

    // MARK: CRM

    /// Links a contact or company to a CRM object, and replaces an earlier link.
    func associate(_ record: Record, type: String, from bytes: Bytes) throws(Problem) {
        var body = try BodyReader(bytes, members: ["object_type", "crm_object_id", "source"])
        _ = body.word("object_type", [type], isRequired: true)
        let id = body.text("crm_object_id", isRequired: true).value ?? ""
        let source = body.text("source", isRequired: true).value ?? ""
        try body.check()
        setAssociation(of: record, to: CRMLink(type: type, id: id, source: source))
    }

    func setAssociation(of record: Record, to link: CRMLink?) {
        if let contact = record as? Contact {
            var facts = contact.facts
            facts.crm = link
            contact.change(to: facts, at: tick())
        } else if let company = record as? Company {
            var facts = company.facts
            facts.crm = link
            company.change(to: facts, at: tick())
        }
        partChanged()
    }

    // MARK: Comments

    func createComment(
        on engagementID: String, in comments: Collection, from bytes: Bytes
    ) throws(Problem) -> Record {
        var body = try BodyReader(bytes, members: ["body", "transcript_timeline_id", "anchor"])
        let text = Self.commentText(&body, isRequired: true) ?? ""
        let timelineID = Engagement.timelineID(engagementID)
        if let wanted = body.text("transcript_timeline_id").value, wanted != timelineID {
            body.refuse("transcript_timeline_id", "not_found", "This engagement has no such timeline.")
        }
        let anchor = body.object("anchor").value
        try body.check()
        return add(to: comments) { id, time in
            TranscriptComment(
                id: id, engagementID: engagementID, timelineID: timelineID, .init(body: text, anchor: anchor),
                createdAt: time)
        }
    }

    private func updateComment(_ comment: TranscriptComment, from bytes: Bytes) throws(Problem) {
        var facts = comment.facts
        var body = try BodyReader(bytes, members: ["body", "status", "anchor"])
        if let text = Self.commentText(&body, isRequired: false) { facts.body = text }
        body.object("anchor").apply(to: &facts.anchor)
        let status = body.word("status", [TranscriptComment.open, TranscriptComment.resolved])
        try body.check()
        let time = tick()
        if status == TranscriptComment.open { facts.resolution = nil }
        if status == TranscriptComment.resolved, facts.resolution == nil {
            facts.resolution = (by: ownUserID ?? TranscriptComment.author, at: time)
        }
        comment.change(to: facts, at: time)
    }

    /// The server trims the text; it must not be blank.
    private static func commentText(_ body: inout BodyReader, isRequired: Bool) -> String? {
        guard let text = body.text("body", 1...50_000, isRequired: isRequired).value else { return nil }
        let visible = text.drop { $0.isWhitespace }
        guard let last = visible.lastIndex(where: { !$0.isWhitespace }) else {
            body.refuse("body", "blank", "There is nothing in it but blanks.")
            return nil
        }
        return String(visible[...last])
    }

    // MARK: Engagements

    private static let engagementMembers: Set = [
        "type", "title", "source_system", "external_id", "media_url", "external_url", "run_workflows", "participants",
        "start_at", "transcript_timeline",
    ]

    private func createEngagement(
        in collection: Collection, from bytes: Bytes
    ) throws(Problem) -> (Record, isNew: Bool) {
        var body = try BodyReader(bytes, members: Self.engagementMembers)
        let type = body.word("type", ["CALL", "MEETING"], isRequired: true) ?? ""
        let title = body.text("title", 1...500, isRequired: true).value ?? ""
        let source = body.text("source_system", 1...100, isRequired: true).value
        let externalID = body.text("external_id", 1...500, isRequired: true).value ?? ""
        let timeline = Self.content(&body)
        let externalURL = body.text("external_url", 1...8000).value
        _ = body.flag("run_workflows")
        let start = body.time("start_at")
        var people: [(name: String, email: String)] = []
        var ownerID = ownUserID
        var hasOwner = false
        for (field, item) in body.list("participants") ?? [] {
            guard let name = item["name"]?.string, !name.isEmpty, let email = item["email"]?.string.flatMap(Self.email)
            else {
                body.refuse(field, "invalid_value", "A participant has a name and an email.")
                continue
            }
            if case .bool(true)? = item["is_owner"] {
                if hasOwner { body.refuse("\(field).is_owner", "duplicate", "There is another owner before this one.") }
                hasOwner = true
                guard let user = user(email: email) else {
                    people.append((name, email))
                    continue
                }
                if !user.facts.isActive { body.refuse(field, "invalid_value", "The owner's account is switched off.") }
                ownerID = user.id
            }
            people.append((name, email))
        }
        try body.check()
        if let known = engagement(externalID: externalID) { return (known, false) }
        let time = tick()
        let id = collection.nextID()
        // A transcript needs no processing; a recording is processed while the engagement is read.
        let status = timeline == nil ? "PENDING" : "COMPLETED"
        var seed = EngagementSeed(number: 0, title: title, type: type, status: status, minutes: nil)
        seed.origin = .created(id: id, at: time, startAt: start ?? time, ownerID: ownerID)
        seed.source = source
        seed.externalURL = externalURL
        seed.transcript = timeline.map { .given($0) } ?? .none
        seed.hasMedia = timeline == nil
        var known = people.isEmpty ? [:] : contactIDsByEmail
        var taken: Set<String> = []
        for person in people where user(email: person.email) == nil {
            let address = person.email.lowercased()
            let contact = known[address] ?? addContact(named: person.name, person.email, at: time).id
            known[address] = contact
            if taken.insert(contact).inserted { seed.contactIDs.append(contact) }
        }
        let engagement = Engagement(seed, externalID: externalID)
        collection.add(engagement)
        return (engagement, true)
    }

    /// The transcript in a body; nil if it names a recording, or has faults.
    private static func content(_ body: inout BodyReader) -> GivenTimeline? {
        let faults = body.errors.count
        let media = body.text("media_url", 1...8000).value
        if let media, !PublicURL.isOne(media) {
            body.refuse("media_url", "invalid_value", "Give an https URL on a public host that serves audio or video.")
        }
        let timeline = body.object("transcript_timeline").value
        switch (media, timeline) {
        case (nil, nil):
            if body.errors.count == faults {
                body.refuse("media_url", "required", "Give media_url or transcript_timeline.")
            }
        case (_?, _?): body.refuse("transcript_timeline", "invalid_value", "Give it or media_url, not both.")
        default: break
        }
        return timeline.flatMap { GivenTimeline($0, at: "transcript_timeline", &body) }
    }

    private func addContact(named name: String, _ email: String, at time: Timestamp) -> Record {
        let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
        var facts = ContactFacts(firstName: parts.first, lastName: parts.count > 1 ? parts[1] : nil)
        facts.emails = Address.list([email])
        return addContact(facts, at: time)
    }
}
