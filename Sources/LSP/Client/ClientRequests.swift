import Bytes
import JSON
import JSONRPC

/// The requests that this process has sent to the client. Each answer goes to whoever has asked. An answer that comes
/// twice, late or to nothing is ignored. Some clients never answer, so nobody may wait for an answer.
package final class ClientRequests {
    private var open: [String: (ClientAnswer) -> Void] = [:]
    private var order: [String] = []
    private var sent = 0
    private unowned let surroundings: any EditorSurroundings

    /// Requests that may be open at once; beyond that the oldest is forgotten.
    private static let limit = 200

    init(_ surroundings: any EditorSurroundings) { self.surroundings = surroundings }

    /// Sends a request whose params have the members that `writeMembers` writes. Returns its id.
    @discardableResult
    package func send(
        _ method: String, _ writeMembers: ((inout JSONWriter) -> Void)? = nil,
        then hear: @escaping (ClientAnswer) -> Void = { _ in }
    ) -> String {
        sent += 1
        // Questions of calls have ids of their own.
        let id = "engagement-rpc-editor-\(sent)"
        open[id] = hear
        order.append(id)
        if order.count > 2 * Self.limit { order.removeAll { open[$0] == nil } }
        while open.count > Self.limit, !order.isEmpty { open[order.removeFirst()] = nil }
        surroundings.send { frame in
            var json = JSONWriter(frame)
            guard let writeMembers else { return json.request(method, id: id) }
            json.request(method, id: id, writeMembers)
        }
        return id
    }

    /// Sends a request with an id that somebody else has chosen, and who hears its answer.
    func post(_ method: String, id: String, _ writeMembers: (inout JSONWriter) -> Void) {
        surroundings.send { frame in
            var json = JSONWriter(frame)
            json.request(method, id: id, writeMembers)
        }
    }

    /// Hands the answer to such a request to `hear`, if it still comes.
    func expect(_ id: String, then hear: @escaping (ClientAnswer) -> Void) {
        open[id] = hear
        order.append(id)
    }

    /// Ignores the answer to a request, if it still comes.
    package func forget(_ id: String) { open[id] = nil }

    /// Hands a response to whoever has asked; false if nobody has.
    func hear(_ response: Response) -> Bool {
        guard !open.isEmpty, let id = response.id?.string, let hear = open.removeValue(forKey: id) else { return false }
        hear(ClientAnswer(response))
        return true
    }
}
