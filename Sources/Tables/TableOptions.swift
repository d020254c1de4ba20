/// How a table is read: what the flags of `plan` and `apply` say about it.
package struct TableOptions: Sendable {
    /// The head of the engagements' column, if `--column engagement=HEAD` names it.
    package private(set) var engagementHead: String?
    /// The heads of the people's columns, if `--column people=HEAD` names any. No other column is read then.
    package private(set) var peopleHeads: [String] = []
    /// Whether rows about one engagement are joined (`--merge`).
    package var merge: Bool
    /// Whether a row without people takes everybody off (`--allow-empty`).
    package var allowEmpty: Bool

    /// Options without named columns.
    package init(merge: Bool = false, allowEmpty: Bool = false) {
        self.merge = merge
        self.allowEmpty = allowEmpty
    }

    /// Takes the value of a `--column`: `engagement=HEAD` or `people=HEAD`. False, without a change, if it is neither,
    /// or if it names a second column of engagements.
    package mutating func addColumn(_ value: String) -> Bool {
        guard let equals = value.firstIndex(of: "=") else { return false }
        let head = String(value[value.index(after: equals)...])
        guard !TableHeads.trimmed(head).isEmpty else { return false }
        switch value[..<equals] {
        case "engagement" where engagementHead == nil: engagementHead = head
        case "people": peopleHeads.append(head)
        default: return false
        }
        return true
    }
}
