/// The changeable facts of a company.
struct CompanyFacts: Sendable {
    var name: String?
    var description: String?
    var domains: [Address] = []
    var crm: CRMLink?
}
