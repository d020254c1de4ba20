/// The changeable facts of a company.
struct CompanyFacts: Sendable {
    var name: String?
    var description: String?
    var domains: [Address] = []
    var crm: CRMLink?
    // No request changes these.
    var industry: String?
    var employees: Int?
    /// Whether its first domain has a website, once it has a name.
    var hasWebsite = true
}
