import HTTP

/// Companies (API reference, "Companies").
extension Method {
    static let company: [Method] = [
        Method(
            "company.get", "Read one company.", [.companyID, .options, .fields],
            action: .http(.get, path: "/v2/companies/{company_id}", .read), scopes: ["companies:read"],
            result: "Company",
            example: #"{"company_id":"cmp_sandbox01"}"#),
        Method(
            "company.list", "List companies.",
            Parameter.list(
                search: "Words in the name.",
                filter: [
                    FilterField(name: "domain", kind: TextFilter(), "One of its domains."),
                    FilterField(name: "crm_associations", kind: AssociationFilter(["company"]), "Its CRM object."),
                ]),
            action: .http(.get, path: "/v2/companies", .read), scopes: ["companies:read"], result: "CompanyList",
            example: #"{"filter":{"domain":{"eq":"acme.example"}},"fields":["id","name","domains.domain"]}"#),
        Method(
            "company.create", "Create a company.",
            detail: "A domain that another company has is a conflict (409). Not to be repeated blindly: where an error "
                + "says applied unknown, look for the domain first.",
            [
                .required("domains", domains, "All domains, one at least."),
                .optional("name", .text(minimum: 1, maximum: 255), "The name."),
                .optional("description", .text(minimum: 1, maximum: 2000), "What there is to say."), .options,
            ],
            action: .http(.post, path: "/v2/companies", .once), scopes: ["companies:write"], result: "Company",
            example: #"{"domains":[{"domain":"berg.example"}],"name":"Berg AB"}"#),
        Method(
            "company.update", "Change fields of one company.",
            detail: "Only what is given changes. domains replaces the whole list.",
            [
                .companyID,
                .optional("name", .nullable(.text(minimum: 1, maximum: 255)), "The name."),
                .optional(
                    "description", .nullable(.text(minimum: 1, maximum: 2000)), "What there is to say."),
                .optional("domains", domains, "All domains."), .options,
            ],
            action: .http(.patch, path: "/v2/companies/{company_id}", .once), scopes: ["companies:write"],
            result: "Company",
            example: #"{"company_id":"cmp_sandbox01","description":null,"name":"Acme SE"}"#),
        Method(
            "company.delete", "Delete one company.", [.companyID, .options],
            action: .http(.delete, path: "/v2/companies/{company_id}", .replace), scopes: ["companies:write"],
            result: "Deleted",
            example: #"{"company_id":"cmp_sandbox02"}"#),
        Method(
            "company.listEngagements", "List the engagements of one company.",
            [.companyID] + Parameter.list(search: "Words in the title.", filter: filters, expand: expand),
            action: .http(.get, path: "/v2/companies/{company_id}/engagements", .read),
            scopes: ["engagements:read"], result: "EngagementList",
            example: #"{"company_id":"cmp_sandbox01","limit":2,"fields":["id","title"]}"#),
        Method(
            "company.setCrmAssociation", "Tie one company to an object of a CRM.",
            detail: "Replaces the tie that there is.", [.companyID] + Parameter.association(["company"]),
            action: .http(.put, path: "/v2/companies/{company_id}/crm_association", .replace),
            scopes: ["companies:write"], result: "Company",
            example: #"{"company_id":"cmp_sandbox02","object_type":"company","crm_object_id":"hs-2","#
                + #""source":"hubspot"}"#),
        Method(
            "company.clearCrmAssociation", "Untie one company from its CRM object.", [.companyID, .options],
            action: .http(.delete, path: "/v2/companies/{company_id}/crm_association", .replace),
            scopes: ["companies:write"], result: "Company",
            example: #"{"company_id":"cmp_sandbox01"}"#),
    ]

    private static let domains = Parameter.Kind.list(
        of: .object([
            .init(name: "domain", kind: .text(minimum: 3, maximum: 253), isRequired: true, "As acme.example."),
            .init(name: "is_primary", kind: .flag, isRequired: false, "Whether it is the main one."),
        ]), maximum: 100)
}

extension Parameter {
    static let companyID = path("company_id", "cmp_", "The company's id.")
}
