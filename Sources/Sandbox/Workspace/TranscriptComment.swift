import Bytes
import JSON

/// The changeable facts of a transcript comment.
struct TranscriptCommentFacts {
    var body: String
    var anchor: JSONInput?
    /// Who resolved it and when; nil while it is open.
    var resolution: (by: String, at: Timestamp)?
}

/// A comment on the transcript of an engagement.
final class TranscriptComment: Changeable<TranscriptCommentFacts> {
    let engagementID: String
    private let timelineID: String

    static let (open, resolved) = ("OPEN", "RESOLVED")
    /// The token's user.
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
        json.member("created_by", Self.author)
        json.member("resolved_by", orNull: facts.resolution?.by)
        json.member("resolved_at", orNull: facts.resolution?.at.text)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
    }
}

extension JSONInput {
    /// Writes the value. The members of an object are ordered by name.
    func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .integer(let number): json.integer(number)
        case .number(let number): json.raw(ByteBuffer(text: "\(number)"))
        case .string(let text): json.string(text)
        case .array(let elements):
            json.beginArray()
            for element in elements { element.write(to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                json.name(name)
                value.write(to: &json)
            }
            json.endObject()
        }
    }
}
