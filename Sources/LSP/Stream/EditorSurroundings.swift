import Bytes
import JSON
import JSONRPC

/// The language server's access to the process around it: the client's stream, time, records and calls.
package protocol EditorSurroundings: AnyObject {
    /// Seconds on a clock that never jumps.
    var seconds: Double { get }
    /// Sends the client the message that `write` appends.
    func send(_ write: (ByteBuffer) -> Void)
    /// Has `LanguageServer.ring(alarm)` called in so many seconds, instead of any earlier time for it.
    func wake(_ alarm: Alarm, in seconds: Double)
    /// Forgets an alarm.
    func cancel(_ alarm: Alarm)
    /// Whether the process's settings allow a method.
    func offers(_ method: String) -> Bool
    /// What is known about a record; nil for nothing yet. What is unknown or old is looked up, and
    /// `LanguageServer.arrived` tells when that is done; with no urgency nothing is looked up.
    func state(of id: ResourceID, _ urgency: Urgency?) -> RecordState?
    /// Drops look-ups that nobody waits for and that have not begun; false if there were none.
    func dropLookUps() -> Bool
    /// Makes a call with no host behind it. Its turn comes behind the host's own calls. It is not made, and nobody is
    /// told, if it `isWanted` no more by then.
    func call(
        _ method: String, _ writeParams: (inout JSONWriter) -> Void, isWanted: @escaping () -> Bool,
        then: @escaping (CallReply) -> Void)
    /// Makes a call that writes, when `asker` has a person's yes. A question about `granted` is not asked: the person
    /// has said yes to that. Returns a number by which the call can be given up.
    func write(
        _ method: String, asking asker: any EditorAsker, granted: [UInt8]?, _ writeParams: (inout JSONWriter) -> Void,
        then: @escaping (CallReply) -> Void
    ) -> Int
    /// Gives such a call up: if it has not written yet, it does not.
    func giveUp(call: Int)
}
