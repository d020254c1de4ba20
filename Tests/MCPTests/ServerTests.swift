import Bytes
import EngagementAPI
import JSON
import JSONRPC
import Testing

@testable import MCP

/// Which revision a request is of, and what is done for it: pure, without a process.
struct ServerTests {
    static let modern =
        #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}"#
    static let hello = #"{"protocolVersion":"2025-06-18"}"#

    /// A request on a stream on which nothing was said, after `server/discover`, and after `initialize`.
    static let outcomes: [(String, String, String, String, String)] = [
        ("initialize", "{}", "-32602", "-32602", "-32602"),
        ("initialize", #"{"protocolVersion":5}"#, "-32602", "-32602", "-32602"),
        ("initialize", hello, "answer", "answer", "answer"),
        ("initialize", modern, "-32601", "-32601", "-32601"),
        ("server/discover", modern, "answer", "answer", "answer"),
        ("server/discover", "{}", "-32602", "-32602", "-32602"),
        ("tools/list", modern, "answer", "answer", "answer"),
        ("tools/list", "{}", "-32602", "-32602", "answer"),
        ("ping", "{}", "answer", "answer", "answer"),
        ("ping", modern, "-32601", "-32601", "-32601"),
        ("logging/setLevel", #"{"level":"info"}"#, "plain", "plain", "answer"),
        ("subscriptions/listen", #"{"notifications":{}}"#, "-32602", "-32602", "-32601"),
        ("no/such", "{}", "plain", "plain", "plain"),
        ("no/such", modern, "-32601", "-32601", "-32601"),
        ("tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"x"}}"#, "-32022", "-32022", "-32022"),
        (
            "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}}"#, "-32022", "-32022",
            "answer"
        ),
        (
            "tools/list", #"{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}"#, "-32602", "-32602", "answer"
        ),
        ("tools/list", #"{"_meta":7}"#, "-32602", "-32602", "answer"),
    ]

    @Test(arguments: outcomes)
    func theRevisionFollowsFromWhatWasSaid(
        method: String, params: String, first: String, afterDiscover: String, afterInitialize: String
    ) throws {
        #expect(try outcome(method, params) == first)
        #expect(try outcome(method, params, after: ("server/discover", Self.modern)) == afterDiscover)
        #expect(try outcome(method, params, after: ("initialize", Self.hello)) == afterInitialize)
    }

    @Test(arguments: [
        ("initialize", hello, true), ("server/discover", "{}", true), ("tools/list", modern, true),
        ("tools/list", "{}", false), ("initialize", "{}", false), ("ping", "{}", false),
        ("no/such", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01"}}"#, true),
    ])
    func someRequestsMakeTheStreamMCP(method: String, params: String, isOpening: Bool) throws {
        try withRequest(method, params, id: "1") { #expect(Opening.isIn($0) == isOpening) }
    }

    /// A plain method's request may say it, too, and so may a notification.
    @Test(arguments: ["1", nil])
    func anyRequestMayNameARevision(id: String?) throws {
        try withRequest("engagement.get", Self.modern, id: id) { #expect(Opening.isIn($0)) }
        try withRequest("engagement.get", #"{"_meta":{}}"#, id: id) { #expect(!Opening.isIn($0)) }
    }

    /// What was refused is not what to choose next.
    @Test(arguments: ["2025-06-18", "2024-11-05", "2031-01-01"])
    func theVersionThatIsRefusedIsNotOffered(version: String) throws {
        let params = #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)"}}"#
        let buffer = ByteBuffer(text: #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":\#(params)}"#)
        var session = Session()
        guard case .request(let request) = Message(buffer.bytes),
            case .refuse(let refusal) = Server(table: MethodTable(), version: "1", isSandbox: false)
                .step(request, isInBatch: false, &session)
        else { throw NoRequest() }
        let out = ByteBuffer()
        var json = JSONWriter(out)
        refusal.write(to: &json)
        let error = withExtendedLifetime(buffer) { out.bytes.text }
        #expect(error.contains(#""supported":["2026-07-28""#), "\(error)")
        #expect(
            error.ranges(of: "\"\(version)\"").count == 1 && error.contains("\"requested\":\"\(version)\""), "\(error)")
    }

    @Test func badIDsChangeNothing() throws {
        for id in ["null", "1.5"] {
            var stream = Stream()
            #expect(try outcome("initialize", Self.hello, id: id, &stream) == "-32600")
            #expect(stream.session.negotiated == nil)
        }
    }

    @Test(arguments: Revision.allCases)
    func featuresFollowTheRevision(revision: Revision) {
        #expect(revision.isStateless == (revision == .july2026))
        #expect(revision.allowsBatches == (revision == .march2025))
        #expect(revision.resourceNotFoundCode == (revision == .july2026 ? -32602 : -32002))
        #expect(Revision.offered.first == "2026-07-28" && Revision.offered.count == 5)
    }

    @Test func instructionsFollowWhatIsOffered() {
        func instructions(_ filter: MethodTable.Filter, sandbox: Bool = false) -> String {
            Server(table: MethodTable(filter: filter, sandbox: sandbox), version: "1", isSandbox: sandbox).instructions
        }
        #expect(instructions(.init()).contains("engagement_replace_contacts"))
        #expect(!instructions(.init(isReadOnly: true)).contains("engagement_replace_contacts"))
        #expect(instructions(.init(isReadOnly: true)).contains("only reads"))
        #expect(!instructions(.init()).contains("sandbox") && instructions(.init(), sandbox: true).contains("sandbox"))
        #expect(!instructions(.init(patterns: ["contact.*"])).contains("engagement_get"))
    }

    @Test func subscriptionsAreBounded() throws {
        var stream = Stream()
        let params = String(Self.modern.dropLast()) + #","notifications":{}}"#
        for id in 1...Session.subscriptionLimit {
            #expect(try outcome("subscriptions/listen", params, id: "\(id)", &stream) == "acknowledge")
        }
        #expect(try outcome("subscriptions/listen", params, id: "99", &stream) == "-32600")
    }

    private func outcome(_ method: String, _ params: String, after first: (String, String)? = nil) throws -> String {
        var stream = Stream()
        if let first { _ = try outcome(first.0, first.1, &stream) }
        return try outcome(method, params, &stream)
    }

    private func outcome(
        _ method: String, _ params: String, id: String = "1", _ stream: inout Stream
    ) throws -> String {
        let server = Server(table: MethodTable(), version: "1", isSandbox: false)
        return try withRequest(method, params, id: id) { request in
            stream.isMCP = stream.isMCP || Opening.isIn(request)
            let step =
                stream.isMCP
                ? server.step(request, isInBatch: false, &stream.session) : server.stray(request, &stream.session)
            switch step {
            case .notMCP: return "plain"
            case .answer: return "answer"
            case .refuse(let refusal): return "\(refusal.code)"
            case .call: return "call"
            case .acknowledge: return "acknowledge"
            case .cancel: return "cancel"
            case .ignore: return "ignore"
            }
        }
    }

    private func withRequest<Result>(
        _ method: String, _ params: String, id: String?, _ body: (Request) throws -> Result
    ) throws -> Result {
        let member = id.map { #""id":\#($0),"# } ?? ""
        let buffer = ByteBuffer(text: #"{"jsonrpc":"2.0",\#(member)"method":"\#(method)","params":\#(params)}"#)
        return try withExtendedLifetime(buffer) {
            guard case .request(let request) = Message(buffer.bytes) else { throw NoRequest() }
            return try body(request)
        }
    }

    /// What a stream has said so far.
    private struct Stream {
        var session = Session()
        var isMCP = false
    }

    private struct NoRequest: Error {}
}
