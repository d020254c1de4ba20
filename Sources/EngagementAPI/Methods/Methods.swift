import HTTP

/// The method table. Dispatch, parameter checks, the OpenRPC document, the tool list, `--help` and the README's table
/// come from these entries. A new REST call is a new entry.
extension Method {
    /// Every method, in the order in which documents name them.
    public static let all: [Method] =
        engagement + journal + contact + company + tag + user + transcriptComment + service + sandbox + plumbing

    static let journal: [Method] = [
        Method(
            "journal.list", "List the journal's writes, newest first.",
            detail: "Needs --journal. A write that was begun and never ended reads applied unknown.",
            [
                .optional("engagement_id", .id(prefix: "ngmt_"), "Only those about this engagement."),
                .optional("limit", .integer(1...100_000), "Writes at most; 100 unless given."), options,
                .optional("run", .runName, "Only those of this run."),
            ],
            action: .composed(.listJournal, path: ""), result: "JournalList"),
        Method(
            "journal.runs", "List the journal's runs, newest first.",
            detail: "Needs --journal. A run is all writes whose options gave the same run; undos are left out. "
                + "engagement.undo with run puts back what it changed.",
            [.optional("limit", .integer(1...100_000), "Runs at most; 100 unless given."), options],
            action: .composed(.listRuns, path: ""), result: "RunList"),
    ]

    static let service: [Method] = [
        Method(
            "rpc.discover", "Describe every method as an OpenRPC document.", [options], action: .local(.discover),
            result: "openrpc"),
        Method(
            "service.ping", "Answer at once, without touching the network.", [options], action: .local(.ping),
            result: "empty", example: "{}"),
        Method(
            "service.info", "Tell version, settings, limits and counters of this process.", [options],
            action: .local(.info), result: "info"),
    ]

    static let sandbox: [Method] = [
        Method(
            "sandbox.reset", "Put the sandbox back to its first state, and forget throttling and spent retries.",
            detail: "Its ids and its clock begin again: what is created gets the same ids in the same order, and each "
                + "write is a second later than the one before.",
            [options],
            action: .http(.post, path: "/sandbox/reset", .once), result: "empty", availability: .sandbox),
        Method(
            "sandbox.fail", "Make the sandbox's next answers to matching requests fail as told.",
            [
                body("match", "Which requests, as \"PUT /v2/engagements/*/contacts\".", isRequired: true),
                body(
                    "steps",
                    "One per request: {status?, retry_after?, delay_ms?, cut?, body?}; cut is before, headers "
                        + "or body.", isRequired: true),
                body("repeat", "true for ever, or how many times the steps are gone through."), options,
            ],
            action: .http(.post, path: "/sandbox/fail", .once), result: "plan", availability: .sandbox),
        Method(
            "sandbox.requests", "List the requests that the sandbox has received.",
            detail: "unmatched has the plans of sandbox.fail that no request has met.",
            [body("clear", "true empties the list afterwards."), options],
            action: .http(.post, path: "/sandbox/requests", .once), result: "requests", availability: .sandbox),
        Method(
            "sandbox.scopes", "Set the scopes that the sandbox's token holds.",
            [body("scopes", "A list of scopes; null for all."), options],
            action: .http(.post, path: "/sandbox/scopes", .once), result: "scopes", availability: .sandbox),
    ]

    /// Methods that LSP hosts call in every process (Language Server Protocol 3.17, base protocol).
    static let plumbing: [Method] = [
        Method(
            "$/cancelRequest", "Give up a running call.", [body("id", "The id of the call.", isRequired: true)],
            action: .local(.cancel), result: "empty", availability: .unlisted),
        Method(
            "shutdown", "Finish what is running; then `exit` ends the process.", action: .local(.shutdown),
            result: "empty", availability: .unlisted),
        Method("exit", "End the process.", action: .local(.exit), result: "empty", availability: .unlisted),
    ]

    private static func body(_ name: String, _ summary: String, isRequired: Bool = false) -> Parameter {
        Parameter(name: name, kind: .any, place: .body, isRequired: isRequired, summary: summary)
    }

    private static let options = Parameter.options
}

/// Parameters of several methods.
extension Parameter {
    static let options = optional(
        "options", .options(takesProgress: false), in: .local,
        "Limits of this call: timeout_ms and max_attempts, each only ever lowering the process's own; and run, under "
            + "which the journal notes its write.")

    static let optionsWithProgress = optional(
        "options", .options(takesProgress: true), in: .local,
        "Limits of this call: timeout_ms and max_attempts, each only ever lowering the process's own; run; and "
            + "progress_token, for $/progress while it waits.")

    static let fields = optional(
        "fields", .fields, in: .local, "Names or dotted paths; only these are in data.")

    static let dryRun = optional(
        "dry_run", .flag, in: .local, "Tells what would change; writes nothing.")

    static let expectedContactIDs = optional(
        "expected_contact_ids", .ids(prefix: "cnt_"), in: .local,
        "Who must be there now, else nothing is written (412). Check, then act: another process may write in between.")

    /// The parameters of a list.
    static func list(search: String? = nil, filter: [FilterField] = [], expand: Parameter? = nil) -> [Parameter] {
        var all = [
            optional("limit", .integer(1...100), in: .query, "Items on a page; 25 unless given, 100 with all."),
            optional("cursor", .text(minimum: 1, maximum: 4096), in: .query, "next_cursor of the page before."),
        ]
        if let search { all.append(optional("search", .text(minimum: 1, maximum: 1000), in: .query, search)) }
        all.append(
            optional(
                "order_by", .word(["updated_at:desc", "updated_at:asc"]), in: .query,
                "Newest first unless given; oldest with all."))
        all.append(
            optional(
                "filter",
                .filter(filter + [FilterField(name: "updated_at", kind: TimeFilter(), "When it last changed.")]),
                in: .query,
                "Comparisons by field; all must hold."))
        if let expand { all.append(expand) }
        return all + [
            optional("all", .flag, in: .local, "Every page, within this call's time."),
            optional(
                "max_items", .integer(1...Shaping.mostItems), in: .local, "Items at most with all; 10,000 unless given."
            ),
            fields,
            optional(
                "options", .options(takesProgress: true), in: .local,
                "Limits of this call: timeout_ms and max_attempts; run; and progress_token, for $/progress with all."),
        ]
    }

    static func path(_ name: String, _ prefix: String, _ summary: String) -> Parameter {
        Parameter(name: name, kind: .id(prefix: prefix), place: .path, isRequired: true, summary: summary)
    }

    static func required(_ name: String, _ kind: Kind, _ summary: String) -> Parameter {
        Parameter(name: name, kind: kind, place: .body, isRequired: true, summary: summary)
    }

    static func optional(_ name: String, _ kind: Kind, in place: Place = .body, _ summary: String) -> Parameter {
        Parameter(name: name, kind: kind, place: place, isRequired: false, summary: summary)
    }

    /// The parameters of *Set CRM association*.
    static func association(_ types: [String]) -> [Parameter] {
        [
            required("object_type", .word(types), "The type of the CRM's object."),
            required("crm_object_id", .text(minimum: 1, maximum: 255), "The object's id in the CRM."),
            required("source", .text(minimum: 1, maximum: 255), "Which CRM it is."), options,
        ]
    }
}
