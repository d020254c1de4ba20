import Bytes
import HTTP

/// A piece of work for people that consists of many calls: a state machine over replies, answers of a person and time.
package protocol Job: AnyObject {
    /// The next call; nil while none is to be made.
    func nextCall(at now: Instant) -> JobCall?
    /// A call has ended.
    func take(_ reply: JobReply, to tag: Int, at now: Instant)
    /// When `nextCall` may have a call though no reply comes; nil for never.
    var wakeAt: Instant? { get }
    /// Whether `writeText` has text now.
    var hasText: Bool { get }
    /// Appends text for stdout, a few pages at most.
    func writeText(to out: ByteBuffer)
    /// What to ask the person; nil when nothing is asked now.
    var question: String? { get }
    /// The person's line; nil when nobody is there to answer.
    func hear(_ line: String?, at now: Instant)
    /// What is under way, on one line; nil for nothing worth telling.
    func progress(at now: Instant) -> String?
    /// The process is told to end: no call begins any more, and those under way have a moment.
    func interrupt(at now: Instant)
    /// Whether everything is done but the writing of text.
    var isOver: Bool { get }
}
