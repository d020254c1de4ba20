/// The types of the answers (API reference and webhook schemas). Parts of expanded items that the reference does not
/// print are left open. No member of a resource is required, because `fields` may leave out any.
extension ResultType {
    /// All types, each before its list.
    static let all: [ResultType] =
        [
            engagement, engagementCompany, engagementContact, engagementTag, actionItem, signal, contact, company, tag,
            user, comment, timeline, reference, association, email, phone, domain, deleted, merge, mergedEngagement,
            found, foundContact, window,
            journal, write, runs, run,
        ] + ["Engagement", "Contact", "Company", "Tag", "User"].map(list)
        + [meta, stop, changes, error, problem, fieldError]

    private static func kind(_ word: String) -> Member { Member("object", .word([word])) }

    /// The times of creation and change. `isMain`: whether these help to identify it.
    private static func times(isMain: Bool = true) -> [Member] {
        [Member("created_at", .time), Member("updated_at", .time, isMain: isMain)]
    }

    private static let names = [
        Member("first_name", .orNull(.text), isMain: true), Member("last_name", .orNull(.text), isMain: true),
    ]

    private static let engagement = ResultType(
        "Engagement", "A recorded meeting or call. Members that expand adds are absent unless it names them.",
        [
            kind("engagement"), Member("id", .id(prefix: "ngmt_"), isMain: true),
            Member("title", .text, isMain: true),
            Member(
                "engagement_type", .word(["MEETING", "CALL", "EMAIL", "TASK", "NOTE", "CALENDAR_EVENT", "DOCUMENT"])),
            Member("processing_status", .word(["PENDING", "PROCESSING", "COMPLETED", "FAILED"]), isMain: true),
            Member("is_private", .flag),
        ] + times(isMain: false) + [
            Member("description", .text), Member("data_source", .text), Member("is_internal", .flag),
            Member("engagement_at", .time), Member("start_at", .time, isMain: true),
            Member("end_at", .time, isMain: true),
            Member("duration_seconds", .integer), Member("meeting_url", .link),
            Member("external_url", .text, "As it was given: not always a web address."),
            Member("crm_association", .named("CrmAssociation")), Member("owner_user_id", .id(prefix: "usr_")),
            Member("host_user_id", .id(prefix: "usr_")), .expanded("transcript", .orNull(.text)),
            .expanded("media_url", .orNull(.link), "A signed link that soon expires: not to be kept."),
            .expanded("companies", .list(of: .named("EngagementCompany"))),
            .expanded("contacts", .list(of: .named("EngagementContact"))),
            .expanded("owner", .orNull(.named("User"))),
            .expanded("action_items", .list(of: .named("ActionItem"))),
            .expanded("signals", .list(of: .named("Signal"))),
            .expanded("tags", .list(of: .named("EngagementTag"))),
        ])

    private static let engagementCompany = ResultType(
        "EngagementCompany", "A company of an engagement.",
        [
            kind("engagement_company"), Member("id", .id(prefix: "cmp_")), Member("name", .orNull(.text)),
            Member("crm_association", .named("CrmAssociation")),
        ])

    private static let engagementContact = ResultType(
        "EngagementContact", "A participant of an engagement. Its members are not printed in the API's reference.",
        [kind("engagement_contact"), Member("id", .id(prefix: "cnt_"))] + names + [
            Member("emails", .list(of: .named("Email"))),
            Member("is_calendar_resource", .flag, "Whether it is a room or the like, which replacing leaves alone."),
        ])

    private static let engagementTag = ResultType(
        "EngagementTag", "A tag of an engagement.",
        [
            kind("tag"), Member("id", .id(prefix: "tag_")), Member("name", .text), Member("hex_color", .orNull(.text)),
        ])

    private static let actionItem = ResultType(
        "ActionItem", "Something to do. Its members are not printed in the API's reference.",
        [
            kind("action_item"), Member("title", .orNull(.text)), Member("description", .orNull(.text)),
            Member("is_completed", .flag),
        ])

    private static let signal = ResultType(
        "Signal", "An annotation. Its members are not printed in the API's reference.",
        [
            kind("signal"), Member("type", .text), Member("title", .orNull(.text)),
            Member("description", .orNull(.text)),
        ])

    private static let contact = ResultType(
        "Contact", "A person. What has no value is absent, but for the names.",
        [kind("contact"), Member("id", .id(prefix: "cnt_"), isMain: true)] + times() + names + [
            Member("description", .text), Member("company", .named("ResourceRef")),
            Member("emails", .list(of: .named("Email")), isMain: true),
            Member("phone_numbers", .list(of: .named("PhoneNumber"))),
            Member("crm_association", .named("CrmAssociation")), Member("time_zone", .text, "An IANA time zone."),
        ])

    private static let company = ResultType(
        "Company", "A company. What has no value is absent, but for the name.",
        [kind("company"), Member("id", .id(prefix: "cmp_"), isMain: true)] + times() + [
            Member("name", .orNull(.text), isMain: true), Member("description", .text), Member("industry", .text),
            Member("website", .link), Member("logo_url", .link), Member("number_of_employees", .integer),
            Member("crm_association", .named("CrmAssociation")),
            Member("domains", .list(of: .named("Domain")), isMain: true),
        ])

    private static let tag = ResultType(
        "Tag", "A tag for engagements.",
        [
            kind("tag"), Member("id", .id(prefix: "tag_"), isMain: true), Member("name", .text, isMain: true),
        ] + times() + [
            Member("hex_color", .orNull(.text), "As #1F77B4."), Member("description", .orNull(.text)),
            Member("auto_tagging_enabled", .flag),
        ])

    private static let user = ResultType(
        "User", "A user of the workspace.",
        [kind("user"), Member("id", .id(prefix: "usr_"), isMain: true), Member("role", .text)] + times() + names + [
            Member("job_title", .text), Member("emails", .list(of: .named("Email")), isMain: true),
            Member("time_zone", .text),
            Member("last_activity_at", .time),
        ])

    private static let comment = ResultType(
        "TranscriptComment", "A comment on a transcript.",
        [
            kind("transcript_comment"), Member("id", .id(prefix: "tano_")),
            Member("engagement_id", .id(prefix: "ngmt_")), Member("transcript_timeline_id", .id(prefix: "tt_")),
            Member("body", .text), Member("status", .text), Member("anchor", .orNull(.anything)),
            Member("created_by", .orNull(.id(prefix: "usr_"))), Member("resolved_by", .orNull(.id(prefix: "usr_"))),
            Member("resolved_at", .orNull(.time)),
        ] + times())

    private static let timeline = ResultType(
        "TranscriptTimeline", "Who spoke when. The members of its items are not printed in the API's reference.",
        [
            kind("transcript_timeline"), Member("id", .id(prefix: "tt_")),
            Member("engagement_id", .id(prefix: "ngmt_")),
            Member("speakers", .list(of: .anything), "Entries name them by their place here."),
            Member("entries", .list(of: .anything)), Member("overall_sentiment", .orNull(.number)),
        ])

    private static let reference = ResultType(
        "ResourceRef", "Another resource, by kind and id.", [Member("id", .text), Member("object", .text)])

    private static let association = ResultType(
        "CrmAssociation", "The object of a CRM that this one stands for.",
        [Member("object_type", .text), Member("crm_object_id", .text), Member("source", .text)])

    private static let email = ResultType(
        "Email", "An e-mail address.", [Member("email", .text, isMain: true), Member("is_primary", .flag)])

    private static let phone = ResultType(
        "PhoneNumber", "A phone number.", [Member("phone_number", .text), Member("is_primary", .flag)])

    private static let domain = ResultType(
        "Domain", "A domain of a company.", [Member("domain", .text, isMain: true), Member("is_primary", .flag)])

    private static let deleted = ResultType(
        "Deleted", "What was deleted.",
        [Member("id", .text), Member("object", .text), Member("deleted", .flag)])

    private static let merge = ResultType(
        "Merge", "What became of the engagements of a contact, and of itself.", isOwn: true,
        [
            Member(
                "engagements", .list(of: .named("MergedEngagement")), isRequired: true,
                "Those that listed the contact when the call began."),
            Member("deleted", .flag, isRequired: true, "Whether the contact is gone."),
            Member("error", .anything, "Why it was not deleted, though all engagements have changed: an error object."),
        ])

    private static let mergedEngagement = ResultType(
        "MergedEngagement", "An engagement of a merge: with changes, or the error that it failed with.", isOwn: true,
        [
            Member("engagement_id", .id(prefix: "ngmt_"), isRequired: true),
            Member("applied", .word(["no", "yes", "unknown"]), isRequired: true, "Whether it was changed."),
            Member("changes", .named("Changes")), Member("error", .anything, "An error object: code, message, data."),
        ])

    private static let found = ResultType(
        "FoundContacts", "What the queries found, each in one of the three.", isOwn: true,
        [
            Member("found", .map(of: .id(prefix: "cnt_")), isRequired: true, "The contact's id, by the query."),
            Member(
                "ambiguous", .map(of: .list(of: .named("FoundContact"))), isRequired: true,
                "Contacts that all match, by the query."),
            Member("missing", .list(of: .text), isRequired: true, "Queries that match nobody."),
        ])

    private static let foundContact = ResultType(
        "FoundContact", "One of several that match.",
        [Member("id", .id(prefix: "cnt_"), isRequired: true)] + names + [
            Member("emails", .list(of: .named("Email")))
        ])

    private static let window = ResultType(
        "TranscriptWindow", "A part of a transcript.", isOwn: true,
        [
            Member("text", .orNull(.text), isRequired: true, "null where there is no transcript."),
            Member("offset", .integer, isRequired: true), Member("total", .integer, isRequired: true, "Characters."),
            Member("next_offset", .orNull(.integer), isRequired: true, "Where to go on; null at the end."),
        ])

    private static let journal = ResultType(
        "JournalList", "Writes that the journal holds.", isOwn: true,
        [Member("entries", .list(of: .named("JournalEntry")), isRequired: true)])

    private static let write = ResultType(
        "JournalEntry", "A write.", isOwn: true,
        [
            Member("number", .integer, isRequired: true, "Names it in this journal, for engagement.undo."),
            Member("at", .time, isRequired: true, "When it was begun."),
            Member("method", .text, isRequired: true), Member("engagement_id", .id(prefix: "ngmt_")),
            Member("id", .text, "Of what it was about, where that is no engagement."),
            Member("before", .list(of: .id(prefix: "cnt_")), "Who was there before a replacement."),
            Member("after", .list(of: .id(prefix: "cnt_")), "Who was to be there after it."),
            Member("applied", .word(["no", "yes", "unknown"]), isRequired: true), Member("status", .integer),
            Member("run", .text, "The run that its options named."),
            Member("undoes", .integer, "The number of the write that it undoes."),
        ])

    private static let runs = ResultType(
        "RunList", "Runs that the journal holds.", isOwn: true,
        [Member("runs", .list(of: .named("JournalRun")), isRequired: true)])

    private static let run = ResultType(
        "JournalRun", "The writes whose options named one run, undos left out.", isOwn: true,
        [
            Member("run", .text, isRequired: true),
            Member("started_at", .time, isRequired: true, "When its first write was begun."),
            Member("ended_at", .time, isRequired: true, "When its last write ended."),
            Member("writes", .integer, isRequired: true), Member("yes", .integer, isRequired: true, "Were made."),
            Member("no", .integer, isRequired: true, "Were not made."),
            Member("unknown", .integer, isRequired: true, "May have been made."),
        ])

    private static let meta = ResultType(
        "Meta", "How the answer came about. What the API did not send is absent.", isOwn: true,
        [
            Member("status", .integer, "The HTTP status; absent where nothing was sent."), Member("api_version", .text),
            Member("etag", .text), Member("attempts", .integer, isRequired: true, "HTTP requests made."),
            Member("elapsed_ms", .number, isRequired: true),
            Member("pages", .integer, by: "all", "Pages fetched, with all."),
            Member("run", .text, by: "into_contact_id", "Names its writes in the journal, for undo; with --journal."),
            Member("stopped_by", .named("Stop"), by: "all", "Why a list with all ended before its end."),
        ])

    private static let stop = ResultType(
        "Stop", "What ended a walk through a list early. What was received until then is in data.", isOwn: true,
        [
            Member("kind", .text, isRequired: true), Member("message", .text, isRequired: true),
            Member("error", .named("Error"), "The failure of a page after the first."),
        ])

    private static let changes = ResultType(
        "Changes", "What an edit did to the contacts of an engagement, ids in the API's order.", isOwn: true,
        ["before", "after", "added", "removed", "kept", "preserved"].map { Member($0, .list(of: .id(prefix: "cnt_"))) }
            + [
                Member(
                    "remaining", .list(of: .id(prefix: "cnt_")),
                    "Who was to go and is still there, as a room that the API does not mark; absent where nobody is."),
                Member("verified", .flag, isRequired: true, "Whether a read afterwards found what was asked for."),
            ])

    private static let error = ResultType(
        "Error", "The data of an error.",
        [
            Member("kind", .text, isRequired: true, "The stable word for what happened."),
            Member("retryable", .flag, "Whether the same call, later and unchanged, stands a chance."),
            Member("retry_after_ms", .integer), Member("applied", .word(["no", "yes", "unknown"]), "Of writes."),
            Member("attempts", .integer, "HTTP requests made."), Member("status", .integer, "The HTTP status."),
            Member("request_id", .text), Member("api_version", .text),
            Member("required_scopes", .list(of: .text), "On 403: what the call needs."),
            Member("errors", .list(of: .named("FieldError"))), Member("problem", .named("Problem")),
            Member(
                "current_contact_ids", .list(of: .id(prefix: "cnt_")), "On 412: who is there, and was not expected."),
            Member("cause", .text, "The low-level reason, in the words of the library that found it."),
        ])

    private static let problem = ResultType(
        "Problem", "The API's error body, whole (RFC 9457). Other JSON than this comes through as well.",
        [
            Member("type", .text), Member("title", .text), Member("status", .integer), Member("detail", .text),
            Member("request_id", .text), Member("errors", .anything),
        ])

    private static let fieldError = ResultType(
        "FieldError", "A field that was refused.",
        [
            Member("field", .text, isRequired: true), Member("code", .text), Member("message", .text, isRequired: true),
        ])
}
