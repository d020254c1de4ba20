import Bytes
import JSON

/// The sandbox without sockets: takes requests and returns answers. Has no clock and no thread.
final class SandboxAPI {
    /// What happens to a request that was received completely.
    enum Arrival {
        /// Refused, or a control request: answered at once.
        case answered(Response)
        /// Must be answered by `respond`, after the step's delay.
        case accepted(requestID: Int, step: FaultStep?)
    }

    private(set) var workspace: Workspace
    var scopes = Scope.everything
    var plans = FaultPlans()
    var log = RequestLog()
    private var requestCount = 0
    /// Nil if any token is accepted.
    private let credential: [UInt8]?
    private let settings: SandboxSettings
    private let hosts: [[UInt8]]

    /// A service for `token`, or for any if that is nil, on `port` of the loopback.
    init(token: String?, port: UInt16, settings: SandboxSettings = SandboxSettings()) {
        credential = token.map { Array($0.utf8) }
        self.settings = settings
        workspace = settings.workspace
        hosts = ["127.0.0.1:\(port)", "localhost:\(port)"].map { Array($0.utf8) }
    }

    /// Restores the initial state.
    func reset() {
        workspace = settings.workspace
        scopes = .everything
        plans = FaultPlans()
        log.removeAll()
        requestCount = 0
    }

    /// First half: checks who sends the request, and what happens to it. Logs the request and uses up a fault step.
    func receive(_ request: IncomingRequest, atMs: Int) -> Arrival {
        // A web page can make a name of its own resolve to 127.0.0.1, but it can't forge this field.
        guard isOwn(host: request.host) else {
            return .answered(Problem(403, "The Host field does not name this server.").response(requestID: 0))
        }
        let token = judge(request.authorization)
        let path = request.path.starts(with: "/api/") ? request.path.dropping(4) : request.path
        if request.path.starts(with: "/api/sandbox/") {
            let response = token == .present ? control(request) : Self.unauthorized(token, requestID: 0)
            return .answered(response)
        }
        requestCount += 1
        log.append(request, path: path, token: token, atMs: atMs)
        guard token == .present else { return .answered(Self.unauthorized(token, requestID: requestCount)) }
        return .accepted(requestID: requestCount, step: plans.nextStep(method: request.method, path: path))
    }

    /// Second half, after the delay: carries the request out, unless its step says otherwise.
    func respond(to request: IncomingRequest, requestID: Int, step: FaultStep?) -> Response {
        var response: Response
        if let status = step?.status {
            response = Problem(status, "The fault plan of the sandbox says so.").response(requestID: requestID)
            if status < 300 {
                response.body = ByteBuffer("{}".utf8)
                response.type = .json
            }
        } else {
            do {
                response = try route(request)
                response.requestID = requestID
            } catch {
                response = error.response(requestID: requestID)
            }
        }
        return step?.applied(to: response) ?? response
    }

    private func isOwn(host: Bytes?) -> Bool {
        guard let host else { return false }
        return hosts.contains { own in
            own.count == host.count && zip(own, host).allSatisfy { $0 == $1 || ($0 == $1 | 0x20 && $1.isAlphanumeric) }
        }
    }

    private func judge(_ authorization: Bytes?) -> RequestLog.Token {
        guard let authorization, !authorization.isEmpty else { return .absent }
        guard let credential else { return .present }
        guard authorization.count > 7, authorization.slice(0, 7).equalsIgnoringCase("Bearer ") else { return .wrong }
        let given = authorization.dropping(7)
        guard given.count == credential.count else { return .wrong }
        // In constant time, so that the time does not reveal how much of the token was right.
        let difference = zip(given, credential).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 }
        return difference == 0 ? .present : .wrong
    }

    private static func unauthorized(_ token: RequestLog.Token, requestID: Int) -> Response {
        let detail =
            token == .absent ? "The request has no Authorization field." : "The token is not one of this workspace."
        var problem = Problem(401, detail)
        problem.challenge = "Bearer realm=\"sandbox\"" + (token == .wrong ? ", error=\"invalid_token\"" : "")
        return problem.response(requestID: requestID)
    }
}
