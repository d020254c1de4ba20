import Bytes
import JSON

/// A workspace as a file describes it: `engagements`, `contacts`, `companies`, `tags` and `users`, each in the shape in
/// which the API answers it. Of an element only `id` is needed.
package struct SeedFile: Sendable {
    var engagements: [SeedElement<EngagementFacts>] = []
    var contacts: [SeedElement<ContactFacts>] = []
    var companies: [SeedElement<CompanyFacts>] = []
    var tags: [SeedElement<TagFacts>] = []
    var users: [SeedElement<UserFacts>] = []

    init() {}

    /// Reads a file's text. Throws everything that is wrong with it.
    package init(_ text: Bytes) throws(SeedFaults) {
        let text = text.starts(with: "\u{FEFF}") ? text.dropping(3) : text
        var scanner = JSONScanner(text)
        let root: JSONSlice
        do throws(JSONSyntaxError) {
            root = try scanner.text()
        } catch {
            throw SeedFaults(of: "byte \(error.offset)", "is not JSON: \(error.reason.rawValue).")
        }
        guard root.kind == .object else {
            throw SeedFaults(of: "the file", "is not an object with engagements, contacts, companies, tags and users.")
        }
        var reader = SeedReader()
        let file = reader.file(root)
        if !reader.faults.isEmpty { throw reader.faults }
        self = file
    }
}
