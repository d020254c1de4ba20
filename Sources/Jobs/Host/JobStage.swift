import HTTP

/// A part of a job that consists of calls, and is over when all have ended.
protocol JobStage: AnyObject {
    func nextCall(at now: Instant) -> JobCall?
    func take(_ reply: JobReply, to item: Int, at now: Instant)
    var wakeAt: Instant? { get }
    var isDone: Bool { get }
    /// Begins no call any more.
    func interrupt()
}
