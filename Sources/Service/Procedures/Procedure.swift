import Bytes
import EngagementAPI
import HTTP
import JSONRPC
import Journal

/// One request to the API, of the one or several that a call makes.
final class APIRequest {
    /// Path and query, percent-encoded, to follow the base URL.
    let target: ByteBuffer
    /// The contacts before and after, of a write that replaces them and knows those before.
    let replacement: (before: [String], wanted: [String])?
    /// Whether it is for the wording of a question alone: it leaves time for what follows.
    let isLookUp: Bool
    private var kind: Kind
    private typealias Kind = (
        verb: HTTPVerb, body: ByteBuffer?, repeatability: Repeatability, isControl: Bool, subject: Subject?
    )

    /// The resource that an answer must be about.
    struct Subject {
        /// The member of the answer that says so.
        let member: Method.Subject
        /// Where in the target the id stands that it must hold.
        let id: Range<Int>
    }

    /// - Parameter member: the member of the answer that names the resource in the path; nil where none does.
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

    /// Makes this the next call's request, for the same target buffer.
    fileprivate func change(
        _ verb: HTTPVerb, body: ByteBuffer?, _ repeatability: Repeatability, isControl: Bool, subject: Subject?
    ) {
        kind = (verb, body, repeatability, isControl, subject)
    }

    /// Where the id stands in `/v2/engagements/ngmt_…`; nil without one.
    private static func id(in target: Bytes) -> Range<Int>? {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let parts = path.split(separator: UInt8(ascii: "/"))
        return parts.count > 2 ? parts[2].startIndex..<parts[2].endIndex : nil
    }

    var verb: HTTPVerb { kind.verb }
    /// A JSON text, or nil for a request without a body.
    var body: ByteBuffer? { kind.body }
    var repeatability: Repeatability { kind.repeatability }
    /// The resource that its answer must be about; nil for any.
    var subject: Subject? { kind.subject }
    /// Whether this drives the sandbox and is none of the API's business: no throttling, no retries.
    var isControl: Bool { kind.isControl }
    /// Whether it asks for a change.
    var isWrite: Bool { repeatability != .read }
}

/// How a step of a procedure ended.
enum Outcome {
    /// The call's turn has come.
    case begun
    /// The request was answered with a 2xx and one JSON text. The exchange brings the buffer back that the text was
    /// received into.
    case answered(Exchange)
    /// The journal was searched, and holds these writes.
    indirect case recalled([JournalRecord])
    /// The person who was asked has answered, or time is over.
    indirect case told(Verdict)
    /// The request has failed for good, with the evidence of all its attempts.
    indirect case failed(RPCFailure, WriteEvidence)
}

extension Outcome {
    /// The HTTP status of the answer, where one came.
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
    /// One more request is sent. Its outcome is the next thing that the procedure is told.
    case send(APIRequest)
    /// A person is asked, who may take their time.
    indirect case askPerson(Question)
    /// The journal is searched. What it holds is the next thing that the procedure is told.
    indirect case recall(JournalQuery)
    /// The host is told how far it is, if it wants to know; then something else.
    indirect case tell(CallProgress, then: Step)
    /// The call has ended well: with the body of `exchange` as `data`, or with data of its own, and with further
    /// members of the result and of its `meta`, each with a comma before it.
    case finish(Exchange, data: ByteBuffer? = nil, members: ByteBuffer? = nil, meta: ByteBuffer? = nil)
    /// The call has failed.
    indirect case fail(RPCFailure)
}

/// The steps of one method. It maps each outcome to the next step and does nothing else: dispatch, attempts, deadline,
/// cancellation, `applied` and reports are the same for every method.
protocol Procedure: AnyObject {
    /// The step that follows `outcome`.
    func next(after outcome: Outcome) -> Step
}

/// A method that is one request, whose body is the result's `data`. One object serves one call after the other.
final class SingleRequest: Procedure {
    private let request: APIRequest
    private let body: ByteBuffer

    /// Requests for what stands in `target`, with what stands in `body`.
    init(target: ByteBuffer, body: ByteBuffer) {
        request = APIRequest(.get, target: target, .read, about: nil)
        self.body = body
    }

    /// Makes the request that of `entry` with these terms.
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
    /// A procedure was told an outcome that none of its steps has.
    static var unasked: RPCFailure { RPCFailure(.internalError, "The steps of this method do not fit together.") }
}
