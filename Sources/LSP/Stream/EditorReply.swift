import Bytes
import JSON

/// What becomes of a message of the protocol.
package enum EditorReply {
    /// The request's answer: the JSON value that the closure appends.
    case result((ByteBuffer) -> Void)
    /// The answer follows, by an `OwedAnswer`.
    case owed
    /// The request is refused.
    case refusal(EditorRefusal)
    /// Nothing is answered: it is a notification.
    case nothing
    /// The protocol has no such request here.
    case unknown

    /// `null`: nothing of ours is there.
    static var null: EditorReply { .result { $0.append("null") } }
    /// An empty list.
    static var emptyList: EditorReply { .result { $0.append("[]") } }

    /// The JSON value that `write` writes.
    static func json(_ write: @escaping (inout JSONWriter) -> Void) -> EditorReply {
        .result { out in
            var json = JSONWriter(out)
            write(&json)
        }
    }
}
