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
}
