import JSON

/// Something that can be done about a place in a document.
package struct EditorAction {
    /// What the person reads.
    package let title: String
    /// The protocol's word for the kind: `quickfix`, `refactor`, `source`.
    package let kind: String
    /// The command that does it; nil where the edits are all.
    package let command: LensCommand?
    /// Changes of the document itself.
    package let edits: [(range: Range<Int>, text: String)]

    /// An action by a command, or by changes of the document.
    package init(
        _ title: String, kind: String, command: LensCommand? = nil, edits: [(range: Range<Int>, text: String)] = []
    ) {
        self.title = title
        self.kind = kind
        self.command = command
        self.edits = edits
    }

    /// An action for each of those who may be meant by the bytes in `range`, which puts `text` of them there.
    static func choices(
        of candidates: [Attendee], at range: Range<Int>, _ text: (Attendee) -> String
    ) -> [EditorAction] {
        candidates.prefix(20).map { candidate in
            EditorAction(
                "Use \(candidate.id) \(candidate.title)", kind: "quickfix", edits: [(range, text(candidate))])
        }
    }
}
