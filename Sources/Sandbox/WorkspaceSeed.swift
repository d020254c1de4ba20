import JSON

/// The facts that every sandbox starts with: the same ids, words and times at each start.
struct WorkspaceSeed {
    /// 2026-01-05T09:00:00Z: nothing in the workspace is older.
    static let epoch = Timestamp(milliseconds: 1_767_603_600_000)
    /// 2026-07-01T00:00:00Z: the workspace's clock before its first write.
    static let firstWrite = Timestamp(milliseconds: 1_782_864_000_000)
    static let companyCRMID = "hs-company-2001"
    static let roomID = "cnt_sandboxroom1"

    static func contactID(_ number: Int) -> String { "cnt_sandbox\(padded(number, 2))" }
    static func companyID(_ number: Int) -> String { "cmp_sandbox\(padded(number, 2))" }
    static func userID(_ number: Int) -> String { "usr_sandbox\(padded(number, 2))" }
    static func tagID(_ number: Int) -> String { "tag_sandbox\(padded(number, 2))" }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

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

    static let users: [(first: String, last: String?, title: String?)] = [
        ("Imani", "Okafor", "Account Executive"), ("Lucas", "Meyer", "Customer Success Manager"),
        ("Priya", "Raman", nil), ("Zoë", "van Dijk", "Head of Sales"), ("Sam", nil, "Solutions Engineer"),
    ]

    var companyRecords: [Record] {
        Self.companies.enumerated().map { index, company in
            let number = index + 1
            let updatedAt = Self.epoch.adding(seconds: number * 90_000)
            let record = Record(id: Self.companyID(number), updatedAt: updatedAt, searchText: company.name ?? "") {
                $0.member("object", "company")
                $0.member("id", Self.companyID(number))
                $0.member("created_at", Self.epoch.adding(seconds: number * 60).text)
                $0.member("updated_at", updatedAt.text)
                $0.member("name", orNull: company.name)
                if let industry = company.industry { $0.member("industry", industry) }
                if company.name != nil { $0.member("website", "https://www.\(company.domain)/") }
                if let employees = company.employees { $0.member("number_of_employees", employees) }
                if number == 1 { $0.writeCRMAssociation("company", Self.companyCRMID) }
                $0.name("domains")
                $0.beginArray()
                $0.beginObject()
                $0.member("domain", company.domain)
                $0.member("is_primary", true)
                $0.endObject()
                $0.endArray()
            }
            record.words = ["domain": [company.domain]]
            if number == 1 { record.words["crm"] = [CRMFilter.word(Self.companyCRMID)] }
            return record
        }
    }

    var userRecords: [Record] {
        Self.users.enumerated().map { index, user in
            let number = index + 1
            let updatedAt = Self.epoch.adding(seconds: number * 70_000)
            let email = "user\(number)@askelephant.example"
            let search = [user.first, user.last, email].compactMap(\.self).joined(separator: " ")
            return Record(id: Self.userID(number), updatedAt: updatedAt, searchText: search) {
                $0.member("object", "user")
                $0.member("id", Self.userID(number))
                $0.member("role", number == 4 ? "ADMIN" : "MEMBER")
                $0.member("created_at", Self.epoch.text)
                $0.member("updated_at", updatedAt.text)
                $0.member("first_name", user.first)
                $0.member("last_name", orNull: user.last)
                if let title = user.title { $0.member("job_title", title) }
                $0.writeEmails([email])
                $0.member("time_zone", "Europe/Berlin")
                if number != 5 { $0.member("last_activity_at", updatedAt.adding(seconds: 500).text) }
            }
        }
    }

    var tagRecords: [Record] {
        Self.tags.enumerated().map { index, tag in
            let number = index + 1
            let updatedAt = Self.epoch.adding(seconds: number * 50_000)
            return Record(id: Self.tagID(number), updatedAt: updatedAt, searchText: tag.0) {
                $0.member("object", "tag")
                $0.member("id", Self.tagID(number))
                $0.member("name", tag.0)
                $0.member("created_at", Self.epoch.text)
                $0.member("updated_at", updatedAt.text)
                $0.member("hex_color", orNull: tag.1)
                $0.member("description", orNull: number % 2 == 0 ? nil : "Set by hand or by a workflow.")
                $0.member("auto_tagging_enabled", number <= 3)
            }
        }
    }
}
