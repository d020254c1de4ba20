import Bytes
import JSON

/// The facts of every new sandbox: the same ids, words and times at each start.
struct WorkspaceSeed {
    /// 2026-01-05T09:00:00Z: only the archive is older.
    static let epoch = Timestamp(milliseconds: 1_767_603_600_000)
    /// 2025-01-01T09:00:00Z: the beginning of the archive.
    static let archiveEpoch = Timestamp(milliseconds: 1_735_722_000_000)
    /// 2026-07-01T00:00:00Z: the workspace's clock before its first write, unless another is wanted.
    static let clock = Timestamp(milliseconds: 1_782_864_000_000)
    static let companyCRMID = "hs-company-2001"
    static let roomID = "cnt_sandboxroom1"

    static func contactID(_ number: Int) -> String { "cnt_sandbox\(number.padded(to: 2))" }
    static func companyID(_ number: Int) -> String { "cmp_sandbox\(number.padded(to: 2))" }
    static func userID(_ number: Int) -> String { "usr_sandbox\(number.padded(to: 2))" }
    static func tagID(_ number: Int) -> String { "tag_sandbox\(number.padded(to: 2))" }

    struct Company: Sendable {
        let name: String?
        let domain: String
        let industry: String?
        let employees: Int?
    }

    static let companies = [
        Company(name: "Acme GmbH", domain: "acme.example", industry: "Manufacturing", employees: 420),
        Company(name: "Café Müller & Söhne", domain: "cafe-mueller.example", industry: "Hospitality", employees: 18),
        Company(name: "北京数据", domain: "beijing-data.example", industry: "Software", employees: 1_250),
        Company(name: "Northwind Traders", domain: "northwind.example", industry: nil, employees: nil),
        Company(name: "Savanna Logistics", domain: "savanna.example", industry: "Transport", employees: 96),
        Company(name: nil, domain: "stealth.example", industry: nil, employees: 4),
    ]

    static let tags = [
        ("Pricing", "#1F77B4"), ("Churn risk", "#D62728"), ("Onboarding", "#2CA02C"), ("Renewal", nil),
        ("Feature request", "#9467BD"), ("Größer als 10k €", "#8C564B"),
    ]

    /// The last one's account is switched off.
    private static let people: [(first: String, last: String?, title: String?, role: String)] = [
        ("Imani", "Okafor", "Account Executive", "MEMBER"), ("Lucas", "Meyer", "Customer Success Manager", "MEMBER"),
        ("Priya", "Raman", nil, "MEMBER"), ("Zoë", "van Dijk", "Head of Sales", "ADMIN"),
        ("Sam", nil, "Solutions Engineer", "INACTIVE"),
    ]

    static let userCount = people.count

    var userRecords: [Record] {
        Self.people.enumerated().map { index, person in
            let number = index + 1
            let updatedAt = Self.epoch.adding(seconds: number * 70_000)
            var facts = UserFacts(firstName: person.first, lastName: person.last, jobTitle: person.title)
            facts.emails = Address.list(["user\(number)@askelephant.example"])
            (facts.role, facts.timeZone) = (person.role, "Europe/Berlin")
            if facts.isActive { facts.lastActivityAt = updatedAt.adding(seconds: 500) }
            return User(id: Self.userID(number), facts, createdAt: Self.epoch, updatedAt: updatedAt)
        }
    }

    var companyRecords: [Record] {
        Self.companies.enumerated().map { index, company in
            let number = index + 1
            var facts = CompanyFacts(name: company.name, domains: Address.list([company.domain]))
            if number == 1 { facts.crm = CRMLink(type: "company", id: Self.companyCRMID) }
            (facts.industry, facts.employees) = (company.industry, company.employees)
            return Sandbox.Company(
                id: Self.companyID(number), facts, createdAt: Self.epoch.adding(seconds: number * 60),
                updatedAt: Self.epoch.adding(seconds: number * 90_000))
        }
    }

    var tagRecords: [Record] {
        Self.tags.enumerated().map { index, tag in
            let number = index + 1
            let description = number % 2 == 0 ? nil : "Set by hand or by a workflow."
            let facts = TagFacts(name: tag.0, description: description, color: tag.1, isAutomatic: number <= 3)
            return Tag(
                id: Self.tagID(number), facts, createdAt: Self.epoch,
                updatedAt: Self.epoch.adding(seconds: number * 50_000))
        }
    }

    /// Three comments, the second on a private engagement and the third resolved.
    var commentRecords: [Record] {
        [(1, "Which quarter is this about?"), (3, "Not to be shared."), (4, "Done, see the minutes.")].enumerated().map
        {
            index, comment in
            let number = index + 1
            let engagement = "ngmt_sandbox\(comment.0.padded(to: 2))"
            let time = Self.epoch.adding(seconds: number * 40_000)
            let resolution = number == 3 ? (by: Self.userID(2), at: time) : nil
            return TranscriptComment(
                id: "tano_sandbox\(number.padded(to: 2))", engagementID: engagement,
                timelineID: Engagement.timelineID(engagement), .init(body: comment.1, resolution: resolution),
                createdAt: time)
        }
    }
}
