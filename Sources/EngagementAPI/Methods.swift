import HTTP

/// The method table. Dispatch, parameter checks, the OpenRPC document, the tool list, `--help` and the README's table
/// come from these entries; adding a REST call is adding one.
extension Method {
    /// Every method, in the order in which documents name them.
    public static let all: [Method] = engagement + service + sandbox + plumbing

    static let engagement: [Method] = [
        Method(
            "engagement.get", "Read one engagement.",
            detail: "Returns the engagement as the API sends it. Related records come only when `expand` names them; "
                + "name no more than you need, because a transcript can be megabytes long. media_url is a signed link "
                + "that soon expires: use it at once and do not keep it.",
            [engagementID, expand, options],
            action: .http(.get, path: "/v2/engagements/{engagement_id}", .read),
            scopes: ["engagements:read"], result: "engagement"),
        Method(
            "engagement.replaceContacts", "Replace all contacts of one engagement.",
            detail:
                "Destructive: afterwards the engagement has exactly the contacts listed here; every other contact is "
                + "taken off it (the contact itself stays). Read the current ones first (engagement.get with expand "
                + "[\"contacts\"]) and send the full list. An empty list takes all off. Calendar resources such as meeting "
                + "rooms stay and need not be listed. The answer does not list the contacts: read them back to check. "
                + "Repeating the same call changes nothing more.",
            [
                engagementID,
                Parameter(
                    name: "contact_ids", kind: .ids(prefix: "cnt_"), place: .body, isRequired: true,
                    summary: "The full new list of contacts; who is not in it is dropped."),
                options,
            ],
            action: .http(.put, path: "/v2/engagements/{engagement_id}/contacts", .replace),
            scopes: ["engagements:write"], result: "engagement"),
        Method(
            "engagement.addContacts", "Add contacts to one engagement, and keep those it has.",
            detail: "Reads the current contacts, writes the full list with the new ones, and reads it back. When there "
                + "is nothing to add, nothing is written. The answer's changes say who was there before and after, who "
                + "was added, and whether that was verified.",
            [
                engagementID,
                Parameter(
                    name: "contact_ids", kind: .ids(prefix: "cnt_"), place: .body, isRequired: true,
                    summary: "The contacts to add."),
                Parameter(
                    name: "dry_run", kind: .flag, place: .body, isRequired: false,
                    summary: "true tells what would change, and writes nothing."),
                options,
            ],
            action: .composed(.addContacts, path: "/v2/engagements/{engagement_id}/contacts"),
            scopes: ["engagements:read", "contacts:read", "engagements:write"], result: "engagement"),
    ]

    static let service: [Method] = [
        Method(
            "rpc.discover", "Describe every method as an OpenRPC document.", [options], action: .local(.discover),
            result: "openrpc"),
        Method(
            "service.ping", "Answer at once, without touching the network.", [options], action: .local(.ping),
            result: "empty"),
        Method(
            "service.info", "Tell version, settings, limits and counters of this process.", [options],
            action: .local(.info), result: "info"),
    ]

    static let sandbox: [Method] = [
        Method(
            "sandbox.reset", "Put the sandbox back to its first state, and forget throttling and spent retries.",
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
            [body("clear", "true empties the list afterwards."), options],
            action: .http(.post, path: "/sandbox/requests", .once), result: "requests", availability: .sandbox),
        Method(
            "sandbox.scopes", "Set the scopes that the sandbox's token holds.",
            [body("scopes", "A list of scopes; null for all."), options],
            action: .http(.post, path: "/sandbox/scopes", .once), result: "scopes", availability: .sandbox),
    ]

    /// What LSP hosts send to any process they drive (Language Server Protocol 3.17, base protocol).
    static let plumbing: [Method] = [
        Method(
            "$/cancelRequest", "Give up a running call.", [body("id", "The id of the call.", isRequired: true)],
            action: .local(.cancel), result: "empty", availability: .unlisted),
        Method(
            "shutdown", "Finish what is running; then `exit` ends the process.", action: .local(.shutdown),
            result: "empty", availability: .unlisted),
        Method("exit", "End the process.", action: .local(.exit), result: "empty", availability: .unlisted),
    ]

    private static let engagementID = Parameter(
        name: "engagement_id", kind: .id(prefix: "ngmt_"), place: .path, isRequired: true,
        summary: "The engagement's id.")

    private static let expand = Parameter(
        name: "expand",
        kind: .choices([
            .init(value: "companies", scope: "companies:read"),
            .init(value: "contacts", scope: "contacts:read"),
            .init(value: "owner", scope: "users:read"),
            .init(value: "action_items", scope: nil),
            .init(value: "signals", scope: nil),
            .init(value: "transcript", scope: nil),
            .init(value: "media_url", scope: nil),
            .init(value: "tags", scope: nil),
        ]),
        place: .query, isRequired: false, summary: "Related records to include in the answer.")

    private static let options = Parameter(
        name: "options", kind: .options, place: .local, isRequired: false,
        summary: "Limits of this call: timeout_ms and max_attempts, each only ever lowering the process's own.")

    private static func body(_ name: String, _ summary: String, isRequired: Bool = false) -> Parameter {
        Parameter(name: name, kind: .any, place: .body, isRequired: isRequired, summary: summary)
    }
}
