import HTTP

/// Engagements: recorded meetings and calls (API reference, "Engagements").
extension Method {
    static let engagement: [Method] = [
        Method(
            "engagement.get", "Read one engagement.",
            detail: "Related records come only when `expand` names them; name no more than you need, because a "
                + "transcript can be megabytes long. media_url is a signed link that soon expires: use it at once and "
                + "do not keep it.",
            [
                .engagementID, expand, .optionsWithProgress, .fields,
                .optional(
                    "wait_for", .word(["COMPLETED"]), in: .local,
                    "Asks again, more and more slowly, until it is COMPLETED or FAILED, within this call's time."),
            ],
            action: .http(.get, path: "/v2/engagements/{engagement_id}", .read),
            scopes: ["engagements:read"], result: "Engagement",
            example: #"{"engagement_id":"ngmt_sandbox01","expand":["contacts"]}"#),
        Method(
            "engagement.replaceContacts", "Replace all contacts of one engagement.",
            detail:
                "Destructive: afterwards the engagement has exactly the contacts listed here; every other contact is "
                + "taken off it (the contact itself stays). Read the current ones first (engagement.get with expand "
                + "[\"contacts\"]) and send the full list, or use engagement.addContacts or engagement.removeContacts. "
                + "An empty list takes all off. Calendar resources such as meeting rooms stay and need not be listed. "
                + "The answer does not list the contacts, unless report_changes has them read back.",
            [
                .engagementID,
                .required(
                    "contact_ids", .ids(prefix: "cnt_"), "The full new list of contacts; who is not in it is dropped."),
                .options, .dryRun, .expectedContactIDs,
                .optional(
                    "report_changes", .flag, in: .local, "Reads before and after, and tells the changes."),
            ],
            action: .http(.put, path: "/v2/engagements/{engagement_id}/contacts", .replace),
            scopes: ["engagements:write"], result: "Engagement", source: .inferred,
            example: #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox05","cnt_sandbox07"]}"#),
        Method(
            "engagement.addContacts", "Add contacts to one engagement, and keep those it has.",
            detail: "Reads the current contacts, writes the full list with the new ones, and reads it back. When there "
                + "is nothing to add, nothing is written. changes says who was there before and after, who was added, "
                + "and whether that was verified.",
            [.engagementID, .required("contact_ids", .ids(prefix: "cnt_"), "The contacts to add."), .options, .dryRun],
            action: .composed(.addContacts, path: "/v2/engagements/{engagement_id}/contacts"),
            scopes: editing, result: "Engagement", source: .inferred,
            example: #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox07"]}"#),
        Method(
            "engagement.removeContacts", "Take contacts off one engagement, and keep the others.",
            detail: "Destructive, for the contacts listed. Reads the current contacts, writes the rest, and reads it "
                + "back. Who is not there is no error; when nobody is to go, nothing is written. changes as with "
                + "engagement.addContacts.",
            [
                .engagementID, .required("contact_ids", .ids(prefix: "cnt_"), "The contacts to take off."), .options,
                .dryRun,
            ],
            action: .composed(.removeContacts, path: "/v2/engagements/{engagement_id}/contacts"),
            scopes: editing, result: "Engagement", source: .inferred,
            example: #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox02"],"dry_run":true}"#),
        Method(
            "engagement.findContacts", "Find contacts by e-mail address or name.",
            detail: "Addresses and full names match whole, without regard to case, and never by a guess: what "
                + "several contacts have is ambiguous, what none has is missing. 50 queries at most.",
            [
                .optional(
                    "emails", .list(of: .text(minimum: 1, maximum: 320), maximum: 50, isOfWords: true),
                    "E-mail addresses."),
                .optional("names", .list(of: .text(minimum: 1, maximum: 511), maximum: 50), "First and last names."),
                .options,
            ],
            action: .composed(.findContacts, path: "/v2/contacts"), scopes: ["contacts:read"], result: "FoundContacts",
            example: #"{"emails":["Contact7@acme.example","nobody@acme.example"],"names":["Ana Souza"]}"#),
        Method(
            "engagement.getTranscript", "Read a part of one engagement's transcript.",
            detail: "A window in characters (Unicode code points), none of them cut; go on with next_offset.",
            [
                .engagementID, .optional("offset", .integer(0...(1 << 31)), "Where to begin; 0 unless given."),
                .optional("limit", .integer(1...1_000_000), "Characters at most; 20,000 unless given."), .options,
            ],
            action: .composed(.transcript, path: "/v2/engagements/{engagement_id}"), scopes: ["engagements:read"],
            result: "TranscriptWindow", example: #"{"engagement_id":"ngmt_sandbox01","limit":120}"#),
        Method(
            "engagement.undo", "Undo a replacement of contacts.",
            detail:
                "Needs --journal. Puts back who was there before the last replacement that is no undo itself, or the "
                + "one that number or run names. Safe to repeat. When others are there now than it left, nothing is "
                + "written (412), unless force is true. changes as with engagement.addContacts.",
            [
                .engagementID, .options, .dryRun,
                .optional("force", .flag, "Whoever is there now."),
                .optional("number", .integer(0...(1 << 53)), "Of a write in the journal."),
                .optional("run", .runName, "A run, to undo its changes here."), .expectedContactIDs,
            ],
            action: .composed(.undo, path: "/v2/engagements/{engagement_id}/contacts"), scopes: editing,
            result: "Engagement", source: .inferred),
        Method(
            "engagement.list", "List engagements.",
            detail: "Private ones only when the token may read them. search looks at titles only.",
            Parameter.list(search: "Words in the title.", filter: filters, expand: expand),
            action: .http(.get, path: "/v2/engagements", .read), scopes: ["engagements:read"], result: "EngagementList",
            example: #"{"limit":2,"filter":{"start_at":{"gte":"2026-01-10T00:00:00Z"}},"fields":["id","title","#
                + #""start_at"]}"#),
        Method(
            "engagement.create", "Create an engagement from a recording or a transcript.",
            detail: "Give exactly one of media_url and transcript_timeline. The API fetches media_url before it "
                + "answers, so this takes its time. external_id makes it safe to repeat: the same one gives the "
                + "engagement that there is, unchanged, with status 200 and not 201. engagement.get with wait_for "
                + "tells when it is processed.",
            [
                .required("type", .word(["CALL", "MEETING"]), "What was recorded."),
                .required("title", .text(minimum: 1, maximum: 500), "The title."),
                .required("source_system", .text(minimum: 1, maximum: 100), "The system that it comes from."),
                .required("external_id", .text(minimum: 1, maximum: 500), "Its id there; one engagement for each."),
                .optional("media_url", .formatted(.url, maximum: 8000), "Where the API can fetch the recording."),
                .optional("external_url", .text(minimum: 1, maximum: 8000), "Where people find it in that system."),
                .optional("run_workflows", .flag, "false keeps workflows from running."),
                .optional(
                    "participants", .list(of: .object(participant), maximum: 1000, onlyOneWith: "is_owner"),
                    "Who took part; one at most is_owner."),
                .optional("start_at", .time, "When it began; now unless given."), .options,
                .optional("transcript_timeline", .timeline, "Who said what, in place of a recording."),
            ],
            action: .http(.post, path: "/v2/engagements", .create), scopes: ["engagements:write"],
            result: "Engagement", oneOf: ["media_url", "transcript_timeline"],
            example: #"{"type":"CALL","title":"Renewal","source_system":"dialer","external_id":"call-4711","#
                + #""media_url":"https://media.example/call-4711.mp3"}"#),
        Method(
            "engagement.replaceTags", "Replace all tags of one engagement.",
            detail: "Destructive: every tag that is not listed is taken off it. An empty list takes all off.",
            [
                .engagementID, .required("tag_ids", .ids(prefix: "tag_"), "The full new list of tags."), .options,
            ],
            action: .http(.put, path: "/v2/engagements/{engagement_id}/tags", .replace),
            scopes: ["engagements:write"], result: "Engagement", source: .inferred,
            example: #"{"engagement_id":"ngmt_sandbox01","tag_ids":["tag_sandbox02"]}"#),
        Method(
            "engagement.getTimeline", "Read who spoke when in one engagement.",
            [.engagementID, .options, .fields],
            action: .http(.get, path: "/v2/engagements/{engagement_id}/transcript_timeline", .read),
            subject: .engagementID,
            scopes: ["transcript_timelines:read"], result: "TranscriptTimeline", source: .inferred,
            example: #"{"engagement_id":"ngmt_sandbox01"}"#),
    ]

    /// The fields that lists of engagements can be filtered by (API guide, "Searching engagements").
    static let filters: [FilterField] = [
        FilterField(
            name: "engagement_type",
            kind: WordFilter(["MEETING", "CALL", "EMAIL", "TASK", "NOTE", "CALENDAR_EVENT", "DOCUMENT"]), "What it is."),
        FilterField(
            name: "processing_status", kind: WordFilter(["PENDING", "PROCESSING", "COMPLETED", "FAILED"]),
            "How far the recording is."),
        FilterField(name: "company_ids", kind: IDFilter(prefix: "cmp_"), "Companies that took part."),
        FilterField(name: "contact_ids", kind: IDFilter(prefix: "cnt_"), "Contacts who took part."),
        FilterField(name: "start_at", kind: TimeFilter(), "When it began."),
        FilterField(
            name: "crm_associations", kind: AssociationFilter(["company", "contact", "deal"]),
            "CRM objects that it belongs to."),
    ]

    static let expand = Parameter.optional(
        "expand",
        .choices([
            .init(value: "companies", scope: "companies:read"), .init(value: "contacts", scope: "contacts:read"),
            .init(value: "owner", scope: "users:read"), .init(value: "action_items", scope: nil),
            .init(value: "signals", scope: nil), .init(value: "transcript", scope: nil),
            .init(value: "media_url", scope: nil), .init(value: "tags", scope: nil),
        ]),
        in: .query, "Related records to include.")

    /// The scopes for reading, writing and reading back.
    private static let editing = ["engagements:read", "contacts:read", "engagements:write"]

    private static let participant: [Parameter.Member] = [
        .init(name: "name", kind: .text(minimum: 1, maximum: 500), isRequired: true, "Who it is."),
        .init(name: "email", kind: .formatted(.email, maximum: 320), isRequired: true, "The address."),
        .init(name: "phone", kind: .text(minimum: 1, maximum: 64), isRequired: false, "The number."),
        .init(name: "is_owner", kind: .flag, isRequired: false, "Whether it is their meeting."),
    ]
}

extension Parameter {
    /// The id of the engagement in the path.
    package static let engagementID = path("engagement_id", "ngmt_", "The engagement's id.")
}
