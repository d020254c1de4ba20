/// Knows more about some documents: what is wrong in them, and what can be done about it.
package protocol DocumentExpert: AnyObject {
    /// The session that it belongs to has begun.
    func join(_ server: LanguageServer)
    /// Whether the document is one of those.
    func knows(_ document: TextDocument) -> Bool
    /// What is wrong in it, as far as is known now. When more is known, `LanguageServer.refresh` tells.
    func faults(in document: TextDocument) -> [EditorDiagnostic]
    /// Whether what the document is for would be refused if this id in it is not there.
    func needs(_ found: FoundID, in document: TextDocument) -> Bool
    /// Whether more will be known of that soon.
    func isPending(_ document: TextDocument) -> Bool
    /// What can be done about the bytes in `range`.
    func actions(in document: TextDocument, _ range: Range<Int>) -> [EditorAction]
    /// The lenses over its lines.
    func lenses(of document: TextDocument) -> [EditorLens]
    /// Something has happened to it.
    func take(_ event: DocumentEvent, _ document: TextDocument)
}
