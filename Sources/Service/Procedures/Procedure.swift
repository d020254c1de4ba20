import Bytes
import EngagementAPI
import HTTP
import JSONRPC
import Journal

/// One of the requests that a call sends to the API.
final class APIRequest {
    /// Path and query, percent-encoded, to follow the base URL.
    let target: ByteBuffer
    /// The contacts before and after a replacement; nil where those before are unknown.
    let replacement: (before: [String], wanted: [String])?
    /// Whether it only serves to word a question: it leaves time for the requests after it.
    let isLookUp: Bool
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
        about member: Method.Subject?, replacement: (before: [String], wanted: [String])? = nil, isLookUp: Bool = false
    ) {
        self.target = target
        self.replacement = replacement
        self.isLookUp = isLookUp
        let subject = member.flatMap { member in Self.id(in: target.bytes).map { Subject(member: member, id: $0) } }
        kind = (verb, body, repeatability, false, subject)
    }

    /// Makes this the next call's request. The target buffer stays.
    fileprivate func change(
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
    /// Whether it drives the sandbox itself: no throttling, no retries, no journal.
    var isControl: Bool { kind.isControl }
    /// Whether it asks for a change.
    var isWrite: Bool { repeatability != .read }
}

/// How a step of a procedure ended.
enum Outcome {
    /// The call's turn has come.
    case begun
    /// The API answered with a 2xx and one JSON text, in the exchange's buffer.
    case answered(Exchange)
    /// The journal holds these writes.
    indirect case recalled([JournalRecord])
    /// The person has answered, or their time is over.
    indirect case told(Verdict)
    /// The request has failed for good. The evidence covers all its attempts.
    indirect case failed(RPCFailure, WriteEvidence)
}

extension Outcome {
    var status: Int? {
        switch self {
        case .answered(let exchange): exchange.status
        case .failed(let failure, _): failure.status
        case .begun, .recalled, .told: nil
        }
    }
}

/// What a call does next.
enum Step {
    /// Send a request. The procedure is told its outcome next.
    case send(APIRequest)
    /// Ask a person. Their time is not the call's.
    indirect case askPerson(Question)
    /// Search the journal. The procedure is told the records next.
    indirect case recall(JournalQuery)
    /// Tell the host how far the call is, if it wants to know; then perform `then`.
    indirect case tell(CallProgress, then: Step)
    /// End the call with a result. `data` defaults to the body of `exchange`; `members` and `meta` add members to the
    /// result and its `meta`, each with a comma before it.
    case finish(Exchange, data: ByteBuffer? = nil, members: ByteBuffer? = nil, meta: ByteBuffer? = nil)
    indirect case fail(RPCFailure)
}

/// The steps of one method. It maps each outcome to the next step and does nothing else: dispatch, attempts, deadline,
/// cancellation, `applied` and reports are the same for every method.
protocol Procedure: AnyObject {
    /// The step that follows `outcome`.
    func next(after outcome: Outcome) -> Step
}

/// One request, whose answer's body is the result's `data`. The object serves one call after another.
final class SingleRequest: Procedure {
    private let request: APIRequest
    private let body: ByteBuffer

    /// A request with these buffers as target and body.
    init(target: ByteBuffer, body: ByteBuffer) {
        request = APIRequest(.get, target: target, .read, about: nil)
        self.body = body
    }

    /// Makes it the request of `entry` with these terms.
    func aim(at entry: MethodTable.Entry, _ terms: CallTerms) {
        request.change(
            entry.verb, body: entry.takesBody ? body : nil, entry.repeatability, isControl: entry.isControl,
            subject: entry.subject.map { APIRequest.Subject(member: $0, id: terms.resource) })
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: .send(request)
        case .answered(let exchange): .finish(exchange)
        case .failed(let failure, _): .fail(failure)
        case .recalled, .told: .fail(.unasked)
        }
    }
}

extension RPCFailure {
    /// A procedure was told an outcome that its last step can't have.
    static var unasked: RPCFailure { RPCFailure(.internalError, "The steps of this method do not fit together.") }
}
