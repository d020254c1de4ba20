import Bytes
import EngagementAPI
import HTTP

/// One of the requests that a call sends to the API.
final class APIRequest {
    /// Path and query, percent-encoded, to follow the base URL.
    let target: ByteBuffer
    /// The contacts before and after a replacement; nil where those before are unknown.
    let replacement: (before: [String], wanted: [String])?
    /// The journal's number of the write that this one undoes; nil if it is no undo.
    let undoes: Int?
    /// Whether it only serves to word a question: it leaves time for the requests after it.
    let isLookUp: Bool
    /// Whether it rests on what was read right before: after a pause it is not sent, but `outdated`, once.
    let isChecked: Bool
    /// Seconds before it is sent. The call takes no place meanwhile.
    let delay: Double
    private var kind: Kind
    private typealias Kind = (
        verb: HTTPVerb, body: ByteBuffer?, repeatability: Repeatability, isControl: Bool, subject: Subject?
    )

    /// The resource that an answer must be about.
    struct Subject {
        /// The member of the answer that names it.
        let member: Method.Subject
        /// The range in the target of the id that this member must hold.
        let id: Range<Int>
    }

    /// - Parameter member: the member of the answer that names the path's resource; nil for none.
    init(
        _ verb: HTTPVerb, target: ByteBuffer, body: ByteBuffer? = nil, _ repeatability: Repeatability,
        about member: Method.Subject?, replacement: (before: [String], wanted: [String])? = nil, undoes: Int? = nil,
        isChecked: Bool = false, isLookUp: Bool = false, delay: Double = 0
    ) {
        self.target = target
        self.replacement = replacement
        self.undoes = undoes
        self.isChecked = isChecked
        self.isLookUp = isLookUp
        self.delay = delay
        let subject = member.flatMap { member in Self.id(in: target.bytes).map { Subject(member: member, id: $0) } }
        kind = (verb, body, repeatability, false, subject)
    }

    /// Makes this the next call's request. The target buffer stays.
    func change(
        _ verb: HTTPVerb, body: ByteBuffer?, _ repeatability: Repeatability, isControl: Bool, subject: Subject?
    ) {
        kind = (verb, body, repeatability, isControl, subject)
    }

    /// The range of the id in `/v2/engagements/ngmt_…`; nil without one.
    private static func id(in target: Bytes) -> Range<Int>? {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let parts = path.split(separator: UInt8(ascii: "/"))
        return parts.count > 2 ? parts[2].startIndex..<parts[2].endIndex : nil
    }

    var verb: HTTPVerb { kind.verb }
    /// A JSON text, or nil for a request without a body.
    var body: ByteBuffer? { kind.body }
    var repeatability: Repeatability { kind.repeatability }
    /// The resource that the answer must be about; nil for any.
    var subject: Subject? { kind.subject }
    /// The id in its path; nil where that is no one record's.
    var record: String? { subject.map { target.bytes.slice($0.id.lowerBound, $0.id.upperBound).text } }
    /// Whether it drives the sandbox itself: no throttling, no retries, no journal.
    var isControl: Bool { kind.isControl }
    /// Whether it asks for a change.
    var isWrite: Bool { repeatability != .read }
}
