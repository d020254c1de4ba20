/// An event that the journal records: before a write is sent, or after it.
package struct JournalEvent {
    /// The write's plan or its outcome.
    package enum Kind {
        /// `replacement`: the contacts before and the wanted ones, if the write replaces contacts.
        case begin(replacement: (before: [String], wanted: [String])?)
        /// `applied`: `no`, `yes` or `unknown`. `status`: the last answer's, if one came.
        case end(applied: String, status: Int?, attempts: Int)
        /// The contacts that were read back after a replacement, where they are not the wanted ones.
        case left([String])
    }

    /// The write's number, from 0 to 2⁵³. No other write in the journal has it.
    package let number: Int
    /// The method that was called.
    package let method: String
    /// The id of the changed record: `ngmt_…`, `cnt_…`; empty if it has none yet.
    package let resource: String
    /// The run that the host counts the write to, if it named one.
    package let run: String?
    /// The number of the write that this one undoes; nil if it is no undo.
    package let undoes: Int?
    /// What is told of the write.
    package let kind: Kind

    /// An event of the write `number`.
    package init(
        number: Int, method: String, resource: String, run: String? = nil, undoes: Int? = nil, _ kind: Kind
    ) {
        self.number = number
        self.method = method
        self.resource = resource
        self.run = run
        self.undoes = undoes
        self.kind = kind
    }
}
