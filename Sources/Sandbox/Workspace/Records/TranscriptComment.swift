import JSON

/// A comment on the transcript of an engagement.
final class TranscriptComment: Changeable<TranscriptCommentFacts> {
    let engagementID: String
    private let timelineID: String

    static let (open, resolved) = ("OPEN", "RESOLVED")
    /// Who has written it, in a workspace without users.
    static let author = WorkspaceSeed.userID(1)

    init(id: String, engagementID: String, timelineID: String, _ facts: TranscriptCommentFacts, createdAt: Timestamp) {
        self.engagementID = engagementID
        self.timelineID = timelineID
        super.init(id: id, facts, createdAt: createdAt, updatedAt: createdAt)
    }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        json.member("object", "transcript_comment")
        json.member("id", id)
        json.member("engagement_id", engagementID)
        json.member("transcript_timeline_id", timelineID)
        json.member("body", facts.body)
        json.member("status", facts.resolution == nil ? Self.open : Self.resolved)
        if let anchor = facts.anchor {
            json.name("anchor")
            anchor.write(to: &json)
        }
        json.member("created_by", workspace.ownUserID ?? Self.author)
        json.member("resolved_by", orNull: facts.resolution?.by)
        json.member("resolved_at", orNull: facts.resolution?.at.text)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
    }
}
