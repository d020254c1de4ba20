import Foundation
import TestSupport

/// What a client answers when the person has said yes.
let yes = #""result":{"action":"accept","content":{"confirm":true}}"#

/// A client of 2025-11-25, or of another revision with a handshake, that says it can ask.
func confirmingClient(
    confirm: String = "auto", revision: String = "2025-11-25", capabilities: String = #"{"elicitation":{}}"#,
    _ more: [String] = []
) throws -> AgentHost {
    let host = AgentHost(try HostProcess(["--sandbox", "--confirm", confirm] + more))
    host.process.reusesIDs = true
    let hello =
        #"{"protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"t","version":"1"}}"#
    _ = try host.ask(request("0", "initialize", hello))
    try host.send(request(nil, "notifications/initialized"))
    return host
}

func toolCall(_ id: String, _ tool: String, _ arguments: String, _ more: String = "") -> String {
    request(id, "tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)\#(more)}"#)
}

extension AgentHost {
    /// The paths of the changes that the sandbox was asked for.
    func writes() throws -> [String] {
        let list = try ask(request("\"log\"", "sandbox.requests")).elements("result", "data", "requests")
        return list.compactMap { $0.string("method") == "GET" ? nil : $0.string("path") }
    }

    /// Answers a question that was asked.
    func answer(_ question: Answer, _ response: String = yes) throws {
        try send(#"{"jsonrpc":"2.0","id":\#(question.text("id") ?? ""),\#(response)}"#)
    }
}

extension Answer {
    /// The words of the question that this message asks; nil when it is none.
    var question: String? {
        string("method") == "elicitation/create"
            ? string("params", "message") : string("result", "inputRequests", "confirm", "params", "message")
    }
}
