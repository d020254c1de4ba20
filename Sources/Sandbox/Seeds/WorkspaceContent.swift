extension Workspace.Content {
    /// What every sandbox has, unless it is given something else.
    static var builtIn: Workspace.Content {
        let seed = WorkspaceSeed()
        return Workspace.Content(
            engagements: seed.engagements.map { Engagement($0) }, contacts: seed.contactRecords,
            companies: seed.companyRecords, users: seed.userRecords, tags: seed.tagRecords,
            comments: seed.commentRecords, olderEngagements: WorkspaceSeed.archivedEngagements,
            olderContacts: WorkspaceSeed.archivedContacts)
    }

    /// What a file describes, in a workspace whose clock begins at `clock`.
    init(_ file: SeedFile, clock: Timestamp) {
        self.init(
            engagements: file.engagements.enumerated().map { number, element in
                Engagement(SeededEngagement(element, at: number, clock: clock))
            },
            contacts: Self.records(file.contacts, clock, Contact.init),
            companies: Self.records(file.companies, clock, Company.init),
            users: Self.records(file.users, clock, User.init), tags: Self.records(file.tags, clock, Tag.init))
    }

    private static func records<Facts>(
        _ elements: [SeedElement<Facts>], _ clock: Timestamp,
        _ make: (String, Facts, Timestamp, Timestamp, ExtraMembers) -> Record
    ) -> [Record] {
        elements.map { make($0.id, $0.facts, $0.createdAt(clock), $0.updatedAt(clock), $0.extra) }
    }
}
