/// An engagement in an exported table.
package struct ExportRow {
    /// Its id: `ngmt_…`.
    package let engagementID: String
    /// A text for each of the table's fields, in their order; empty where there is none.
    package let fields: [String]
    /// Who is on it, without calendar resources, as `KnownAddresses` names them.
    package let people: [PersonReference]

    /// The row of an engagement.
    package init(engagementID: String, fields: [String], people: [PersonReference]) {
        self.engagementID = engagementID
        self.fields = fields
        self.people = people
    }
}
