import Bytes
import JSON

/// Which columns of a table hold what.
struct TableColumns {
    /// What a column holds.
    enum Role {
        case engagement, people
        /// Something that has a head and is none of our business.
        case other
        /// A column without a head before one that has one.
        case unnamed
    }

    private let roles: [Role]
    /// Whether the first row holds data.
    let isHeadless: Bool
    /// The heads, as the table has them; none in a table without.
    let heads: [String]

    /// The heads of the columns that are not read.
    var ignoredHeads: [String] { zip(heads, roles).filter { $0.1 == .other }.map(\.0) }

    /// What the column at `index` holds; nil if it has no head.
    func role(_ index: Int) -> Role? {
        if index < roles.count { return roles[index] }
        return isHeadless ? .people : nil
    }

    /// A table without heads: an engagement, then people.
    static let headless = TableColumns(roles: [.engagement], isHeadless: true, heads: [])

    /// What is wrong with a table's heads.
    struct Unclear: Error {
        let advice: String
    }

    private init(roles: [Role], isHeadless: Bool, heads: [String]) {
        (self.roles, self.isHeadless, self.heads) = (roles, isHeadless, heads)
    }

    /// The columns that `heads` name. `holdsEngagement` says whether the first row of data has an engagement in a
    /// column; it decides where several heads may mean one, as `id` and `meeting` do.
    init(_ heads: [String], _ options: TableOptions, holdsEngagement: (Int) -> Bool) throws(Unclear) {
        let engagement = try Self.engagement(heads, options, holdsEngagement)
        var roles = try Self.people(heads, options)
        if let engagement {
            guard roles[engagement] != .people || options.peopleHeads.isEmpty else {
                throw Unclear(advice: "one column can't hold both the engagements and the people: name two columns")
            }
            roles[engagement] = .engagement
        }
        let hasPeople = roles.contains { $0 == .people }
        guard engagement != nil, hasPeople else {
            let missing =
                engagement != nil
                ? "no head is known to mean people (contact_ids, emails, attendees, …): name their columns with "
                    + "--column people=HEAD"
                : "no head is known to mean the engagement's id (engagement_id): name its column with "
                    + "--column engagement=HEAD"
                    + (hasPeople ? "" : ", and those of the people with --column people=HEAD")
            throw Unclear(advice: missing + "; " + Self.seen(heads))
        }
        while roles.last == .unnamed { roles.removeLast() }
        self.init(roles: roles, isHeadless: false, heads: heads)
    }

    /// Whether a head is known, or named by a flag.
    static func isHead(_ head: String, _ options: TableOptions) -> Bool {
        let named = options.peopleHeads + [options.engagementHead].compactMap(\.self)
        return TableHeads.engagementRank(head) != nil || TableHeads.namesPeople(head)
            || named.contains { TableHeads.areSame($0, head) }
    }

    private static func engagement(
        _ heads: [String], _ options: TableOptions, _ holdsEngagement: (Int) -> Bool
    ) throws(Unclear) -> Int? {
        if let wanted = options.engagementHead {
            let found = try columns(wanted, heads)
            guard found.count == 1 else { throw Unclear(advice: twice(heads[found[0]], found.count)) }
            return found[0]
        }
        let named = heads.indices.filter { index in
            !options.peopleHeads.contains { TableHeads.areSame($0, heads[index]) }
        }
        let ranked = named.compactMap { index in TableHeads.engagementRank(heads[index]).map { (index, rank: $0) } }
        guard let best = ranked.min(by: { $0.rank < $1.rank }) else { return nil }
        let equals = ranked.filter { $0.rank == best.rank }
        let sameHeads = equals.filter { TableHeads.areSame(heads[$0.0], heads[best.0]) }
        guard sameHeads.count == 1 else { throw Unclear(advice: twice(heads[best.0], sameHeads.count)) }
        return ranked.first { holdsEngagement($0.0) }?.0 ?? best.0
    }

    private static func people(_ heads: [String], _ options: TableOptions) throws(Unclear) -> [Role] {
        var roles = heads.map { head -> Role in
            if TableHeads.trimmed(head).isEmpty { return .unnamed }
            return options.peopleHeads.isEmpty && TableHeads.namesPeople(head) ? .people : .other
        }
        for wanted in options.peopleHeads { for index in try columns(wanted, heads) { roles[index] = .people } }
        return roles
    }

    /// The columns that a flag names: by its very spelling, or else as heads are compared.
    private static func columns(_ wanted: String, _ heads: [String]) throws(Unclear) -> [Int] {
        let exact = heads.indices.filter { heads[$0] == TableHeads.trimmed(wanted) }
        let found = exact.isEmpty ? heads.indices.filter { TableHeads.areSame(heads[$0], wanted) } : exact
        guard !found.isEmpty else {
            throw Unclear(advice: "no column has the head \"\(wanted.printable)\" that --column names; " + seen(heads))
        }
        return found
    }

    private static func twice(_ head: String, _ count: Int) -> String {
        "\(count) columns have the head \"\(shown(head))\" of the engagement's id: give all but one another head"
    }

    private static func seen(_ heads: [String]) -> String {
        let named = heads.filter { !$0.isEmpty }
        let listed = named.prefix(20).map { "\"\(shown($0))\"" }.joined(separator: ", ")
        return "the heads are " + listed + (named.count > 20 ? " and \(named.count - 20) more" : "")
    }

    private static func shown(_ head: String) -> String {
        var head = head
        if head.withUTF8({ Bytes($0).looksSecret }) { return "(not shown: it looks like a token)" }
        return head.count > 60 ? String(head.prefix(60)).printable + "…" : head.printable
    }
}
