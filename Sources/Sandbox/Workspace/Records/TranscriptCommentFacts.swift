/// The changeable facts of a transcript comment.
struct TranscriptCommentFacts {
    var body: String
    var anchor: JSONInput?
    /// Who resolved it and when; nil while it is open.
    var resolution: (by: String, at: Timestamp)?
}
