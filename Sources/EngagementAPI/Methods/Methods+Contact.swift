import HTTP

/// Contacts (API reference, "Contacts").
extension Method {
    static let contact: [Method] = [
        Method(
            "contact.get", "Read one contact.", [.contactID, .options, .fields],
            action: .http(.get, path: "/v2/contacts/{contact_id}", .read), scopes: ["contacts:read"],
            result: "Contact",
            example: #"{"contact_id":"cnt_sandbox01"}"#),
        Method(
            "contact.list", "List contacts.",
            Parameter.list(
                search: "Words in the name or an e-mail address.",
                filter: [
                    FilterField(name: "crm_associations", kind: AssociationFilter(["contact"]), "Its CRM object.")
                ]),
            action: .http(.get, path: "/v2/contacts", .read), scopes: ["contacts:read"], result: "ContactList",
            example: #"{"search":"souza","limit":2,"fields":["id","first_name","last_name","emails.email"]}"#),
        Method(
            "contact.create", "Create a contact.",
            detail: "An e-mail address that another contact has is a conflict (409). Not to be repeated blindly: where "
                + "an error says applied unknown, look for the address first.",
            contactFields + [.options], action: .http(.post, path: "/v2/contacts", .once), scopes: ["contacts:write"],
            result: "Contact",
            example: #"{"first_name":"Mia","last_name":"Berg","emails":[{"email":"mia@berg.example","#
                + #""is_primary":true}]}"#),
        Method(
            "contact.update", "Change fields of one contact.",
            detail: "Only what is given changes. emails and phone_numbers replace the whole list.",
            [.contactID] + contactFields + [.options],
            action: .http(.patch, path: "/v2/contacts/{contact_id}", .once), scopes: ["contacts:write"],
            result: "Contact",
            example: #"{"contact_id":"cnt_sandbox02","first_name":"Bjorn","company_id":null}"#),
        Method(
            "contact.delete", "Delete one contact.", [.contactID, .options],
            action: .http(.delete, path: "/v2/contacts/{contact_id}", .replace), scopes: ["contacts:write"],
            result: "Deleted",
            example: #"{"contact_id":"cnt_sandbox40"}"#),
        Method(
            "contact.merge", "Merge one contact into another.",
            detail:
                "Destructive: on all its engagements, into_contact_id takes its place; everybody else stays. Each that "
                + "fails has an error; the same call again does the rest. delete, for good, only if all have changed. "
                + "engagement.undo with meta.run puts one back.",
            [
                .contactID, .required("into_contact_id", .id(prefix: "cnt_"), "The contact that takes its place."),
                .optional("delete", .flag(needing: "contacts:write"), "Delete it afterwards."), .dryRun,
                .optional(
                    "options", .options(takesProgress: true), in: .local,
                    "Limits of this call; run, one of its own unless given; and progress_token."),
            ],
            action: .composed(.merge, path: "/v2/contacts/{contact_id}"),
            scopes: ["contacts:read", "engagements:read", "engagements:write"], result: "Merge", source: .inferred,
            example: #"{"contact_id":"cnt_sandbox02","into_contact_id":"cnt_sandbox07","dry_run":true}"#),
        Method(
            "contact.listEngagements", "List the engagements of one contact.",
            [.contactID] + Parameter.list(search: "Words in the title.", filter: filters, expand: expand),
            action: .http(.get, path: "/v2/contacts/{contact_id}/engagements", .read),
            scopes: ["engagements:read"], result: "EngagementList",
            example: #"{"contact_id":"cnt_sandbox01","limit":2,"fields":["id","title"]}"#),
        Method(
            "contact.setCrmAssociation", "Tie one contact to an object of a CRM.",
            detail: "Replaces the tie that there is.", [.contactID] + Parameter.association(["contact"]),
            action: .http(.put, path: "/v2/contacts/{contact_id}/crm_association", .replace),
            scopes: ["contacts:write"], result: "Contact",
            example: #"{"contact_id":"cnt_sandbox02","object_type":"contact","crm_object_id":"hs-1","#
                + #""source":"hubspot"}"#),
        Method(
            "contact.clearCrmAssociation", "Untie one contact from its CRM object.", [.contactID, .options],
            action: .http(.delete, path: "/v2/contacts/{contact_id}/crm_association", .replace),
            scopes: ["contacts:write"], result: "Contact",
            example: #"{"contact_id":"cnt_sandbox09"}"#),
    ]

    private static let contactFields: [Parameter] = [
        .optional("first_name", .nullable(.text(minimum: 1, maximum: 255)), "The first name."),
        .optional("last_name", .nullable(.text(minimum: 1, maximum: 255)), "The last name."),
        .optional("description", .nullable(.text(minimum: 1, maximum: 2000)), "What there is to say."),
        .optional("company_id", .nullable(.id(prefix: "cmp_")), "The company."),
        .optional("emails", .list(of: .object(email), maximum: 100), "All e-mail addresses."),
        .optional("phone_numbers", .list(of: .object(phone), maximum: 100), "All phone numbers."),
        .optional("time_zone", .nullable(.text(minimum: 1, maximum: 255)), "An IANA time zone."),
    ]

    private static let email: [Parameter.Member] = [
        .init(name: "email", kind: .formatted(.email, maximum: 320), isRequired: true, "The address."),
        .init(name: "is_primary", kind: .flag, isRequired: true, "Whether it is the main one."),
    ]

    private static let phone: [Parameter.Member] = [
        .init(name: "phone_number", kind: .text(minimum: 1, maximum: 64), isRequired: true, "The number."),
        .init(name: "is_primary", kind: .flag, isRequired: true, "Whether it is the main one."),
    ]
}

extension Parameter {
    static let contactID = path("contact_id", "cnt_", "The contact's id.")
}
