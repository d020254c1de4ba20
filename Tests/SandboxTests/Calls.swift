import Bytes
import Foundation

@testable import Sandbox

/// Calls the service without a socket.
struct Calls {
    struct Answer {
        let response: Response
        var status: Int { response.status }
        var text: String { response.body.bytes.text }
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(response.body.bytes)) as? [String: Any]) ?? [:]
        }
        /// As in `field code`.
        var errors: [String] {
            (json["errors"] as? [[String: Any]] ?? []).map { "\($0["field"] ?? "") \($0["code"] ?? "")" }
        }
        /// The ids of `contacts` or of a list's `data`.
        var ids: [String] {
            ((json["contacts"] ?? json["data"]) as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
    }

    let service: SandboxAPI

    init(_ settings: SandboxSettings = SandboxSettings()) {
        service = SandboxAPI(token: "tok", port: 80, settings: settings)
    }

    /// `path` is without `/api`.
    func callAsFunction(_ method: String, _ path: String, _ body: String = "", atMs: Int = 0) -> Answer {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let buffers = [method, "/api" + parts[0], parts.count > 1 ? parts[1] : "", "localhost:80", "Bearer tok", body]
            .map { ByteBuffer($0.utf8) }
        let request = IncomingRequest(
            method: buffers[0].bytes, path: buffers[1].bytes, query: parts.count > 1 ? buffers[2].bytes : nil,
            host: buffers[3].bytes, authorization: buffers[4].bytes, body: buffers[5].bytes)
        defer { withExtendedLifetime(buffers) {} }
        switch service.receive(request, atMs: atMs) {
        case .answered(let response): return Answer(response: response)
        case .accepted(let requestID, let step):
            return Answer(response: service.respond(to: request, requestID: requestID, step: step))
        }
    }

    /// Calls a control path, and expects it to be taken.
    @discardableResult
    func control(_ name: String, _ body: String = "{}") -> Answer { self("POST", "/sandbox/\(name)", body) }
}
