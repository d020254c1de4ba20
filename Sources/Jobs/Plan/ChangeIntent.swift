import JSON

/// What a job wants of each engagement: who is to be there, or what is to be undone.
protocol ChangeIntent {
    /// How many engagements there are.
    var count: Int { get }
    /// The id of an engagement.
    func engagementID(_ item: Int) -> String
    /// The line of the table; nil without a table.
    func line(_ item: Int) -> Int?
    /// The call that tells what would change, and changes nothing.
    func look(_ item: Int) -> JobCall
    /// What would change, by the result of such a call; nil if the result does not say.
    func planned(_ item: Int, by result: JSONSlice) -> PlannedChange?
    /// The call that makes the change, if those who were there before it still are.
    func make(_ change: PlannedChange, _ item: Int) -> JobCall
}
