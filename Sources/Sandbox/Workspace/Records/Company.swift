import JSON

final class Company: Changeable<CompanyFacts> {
    override var searchText: String { facts.name ?? "" }

    override func words(_ filter: String) -> [String] {
        switch filter {
        case "domain": facts.domains.map(\.value)
        case "crm": facts.crm.map { [$0.word] } ?? []
        default: []
        }
    }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        writeHead("company", to: &json)
        json.member("name", orNull: facts.name)
        if let description = facts.description { json.member("description", description) }
        if let industry = facts.industry { json.member("industry", industry) }
        if facts.hasWebsite, facts.name != nil, let domain = facts.domains.first {
            json.member("website", "https://www.\(domain.value)/")
        }
        if let employees = facts.employees { json.member("number_of_employees", employees) }
        json.association(facts.crm)
        json.addresses("domains", "domain", facts.domains)
    }

    /// Writes it as one of an engagement's `companies`.
    func writePart(to json: inout JSONWriter) {
        json.member("object", "engagement_company")
        json.member("id", id)
        json.member("name", orNull: facts.name)
        json.association(facts.crm)
    }

    /// A domain in the form for comparison: lower case, without scheme, `www.` and path.
    static func normalized(domain: String) -> String {
        var text = domain.lowercased()[...]
        for prefix in ["https://", "http://", "www."] where text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        }
        return String(text.prefix { $0 != "/" })
    }
}
