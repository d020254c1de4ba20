import Foundation
import TestSupport
import Testing

/// `--confirm`: a person is asked before a tool destroys something, and nothing is written before they said yes.
@Suite(.ownThread)
struct ConfirmTests {
    private static let stateless =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}}"#

    /// A client of 2025-11-25, or of another revision with a handshake, that says it can ask.
    private func client(
        confirm: String = "auto", revision: String = "2025-11-25", capabilities: String = #"{"elicitation":{}}"#
    ) throws -> AgentHost {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", confirm]))
        host.process.reusesIDs = true
        let hello =
            #"{"protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"t","version":"1"}}"#
        _ = try host.ask(request("0", "initialize", hello))
        try host.send(request(nil, "notifications/initialized"))
        return host
    }

    private func toolCall(_ id: String, _ tool: String, _ arguments: String, _ more: String = "") -> String {
        request(id, "tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)\#(more)}"#)
    }

    private let replacement = #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox02","cnt_sandbox09"]}"#

    private func writes(_ host: AgentHost) throws -> [String] {
        let list = try host.ask(request("\"log\"", "sandbox.requests")).elements("result", "data", "requests")
        return list.compactMap { $0.string("method") == "GET" ? nil : $0.string("path") }
    }

    @Test(
        arguments: [
            (#""result":{"action":"accept","content":{}}"#, nil), (#""result":{"action":"decline"}"#, "said no"),
            (#""result":{"action":"cancel"}"#, "put the question away"), (#""result":{}"#, "could be asked"),
            (#""result":{"action":"ACCEPT"}"#, "could be asked"), (#""result":null"#, "could be asked"),
            (#""error":{"code":-32601,"message":"no\u001b[2J"}"#, "could be asked"),
        ] as [(String, String?)])
    func onlyAYesIsOne(response: String, words: String?) throws {
        for revision in ["2025-06-18", "2025-11-25"] {
            let host = try client(revision: revision)
            let question = try host.ask(toolCall("1", "engagement_replace_contacts", replacement))
            #expect(question.string("method") == "elicitation/create", "\(question)")
            let id = try #require(question.text("id"))
            let message = question.string("params", "message") ?? ""
            #expect(
                message.contains(
                    "Dropped (1):\n  Ana Souza (cnt_sandbox01)\nAdded (1):\n  Iván O'Brien (cnt_sandbox09)"))
            #expect(try host.ask(request("2", "ping")).summary == "2 ok", "nothing else is held up")
            #expect(try writes(host).isEmpty)
            let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(id),\#(response)}"#)
            #expect(answer.bool("result", "isError") ?? false == (words != nil), "\(answer)")
            if let words {
                #expect(answer.toolText?.string("data", "kind") == "declined" && answer.toolText?.code == nil)
                #expect(answer.toolText?.string("data", "applied") == "no")
                #expect(answer.toolText?.string("message")?.contains(words) == true, "\(answer)")
            }
            #expect(try writes(host) == (words == nil ? ["/v2/engagements/ngmt_sandbox01/contacts"] : []))
            // The same answer once more is nobody's.
            try host.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"action":"accept"}}"#)
            #expect(try host.ask(request("3", "ping")).summary == "3 ok")
            #expect(try writes(host).count == (words == nil ? 1 : 0))
            try host.finish()
        }
    }

    /// What was agreed to holds for those who were shown.
    @Test func otherContactsAreAskedAboutAgain() throws {
        let host = try client()
        let first = try host.ask(
            toolCall(
                "1", "engagement_remove_contacts",
                #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox01"]}"#))
        // Somebody else changes the engagement, past this process's line of writes: the sandbox is put back meanwhile.
        let other = try host.ask(request("\"x\"", "tag.list", #"{"limit":1}"#))
        #expect(other.code == nil)
        _ = try host.ask(request("\"d\"", "contact.delete", #"["cnt_sandbox02"]"#))
        let second = try host.ask(#"{"jsonrpc":"2.0","id":\#(first.text("id") ?? ""),"result":{"action":"accept"}}"#)
        #expect(second.string("method") == "elicitation/create" && second.text("id") != first.text("id"), "\(second)")
        #expect(try writes(host) == ["/v2/contacts/cnt_sandbox02"])
        let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(second.text("id") ?? ""),"result":{"action":"accept"}}"#)
        #expect(answer.bool("result", "isError") != true, "\(answer)")
        #expect(try writes(host).last == "/v2/engagements/ngmt_sandbox01/contacts")
        try host.finish()
    }

    @Test func aCallThatIsCancelledTakesItsQuestionBack() throws {
        let host = try client()
        let question = try host.ask(toolCall("1", "engagement_replace_contacts", replacement))
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":1}"#))
        let withdrawn = try host.next()
        #expect(withdrawn.string("method") == "notifications/cancelled", "\(withdrawn)")
        #expect(withdrawn.text("params", "requestId") == question.text("id"))
        try host.send(#"{"jsonrpc":"2.0","id":\#(question.text("id") ?? ""),"result":{"action":"accept"}}"#)
        #expect(try host.ask(request("2", "ping")).summary == "2 ok")
        #expect(try writes(host).isEmpty)
        try host.finish()
    }

    /// Whom nobody needs to be asked about.
    @Test(arguments: [
        ("engagement_add_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox07"]}"#),
        ("engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":[],"dry_run":true}"#),
        ("contact_create", #"{"first_name":"A"}"#), ("engagement_get", #"{"engagement_id":"ngmt_sandbox01"}"#),
    ])
    func whatDestroysNothingIsDoneAtOnce(tool: String, arguments: String) throws {
        let host = try client()
        let answer = try host.ask(toolCall("1", tool, arguments))
        #expect(answer.summary == "1 ok", "\(answer)")
        try host.finish()
    }

    @Test(arguments: [
        ("contact_delete", #"{"contact_id":"cnt_sandbox01"}"#, "cnt_sandbox01"),
        ("tag_update", #"{"tag_id":"tag_sandbox01","name":"n\u202e"}"#, "tag_sandbox01"),
        ("engagement_replace_tags", #"{"engagement_id":"ngmt_sandbox01","tag_ids":[]}"#, "ngmt_sandbox01"),
    ])
    func otherDestructionIsAskedAboutAsItStands(tool: String, arguments: String, id: String) throws {
        let host = try client()
        let question = try host.ask(toolCall("1", tool, arguments))
        #expect(question.string("params", "message")?.contains(id) == true, "\(question)")
        #expect(question.string("params", "message")?.contains("\u{202E}") == false)
        #expect(try writes(host).isEmpty)
        let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(question.text("id") ?? ""),"result":{"action":"accept"}}"#)
        #expect(answer.summary == "1 ok", "\(answer)")
        #expect(try writes(host).count == 1)
        try host.finish()
    }

    @Test func whoeverCanNotAskIsAnsweredByTheSetting() throws {
        for (capabilities, revision) in [
            ("{}", "2025-11-25"), (#"{"elicitation":{"url":{}}}"#, "2025-11-25"),
            (#"{"elicitation":{}}"#, "2025-03-26"),
        ] {
            let auto = try client(revision: revision, capabilities: capabilities)
            #expect(try auto.ask(toolCall("1", "engagement_replace_contacts", replacement)).summary == "1 ok")
            try auto.finish()
            let always = try client(confirm: "always", revision: revision, capabilities: capabilities)
            let answer = try always.ask(toolCall("1", "engagement_replace_contacts", replacement))
            #expect(answer.toolText?.string("data", "kind") == "not_allowed", "\(answer)")
            #expect(answer.toolText?.string("message")?.contains("--confirm auto") == true)
            #expect(try writes(always).isEmpty)
            // What a program calls by itself is its own business.
            #expect(
                try always.ask(request("2", "engagement.replaceContacts", #"["ngmt_sandbox01",[]]"#)).summary == "2 ok")
            try always.finish()
        }
    }

    // MARK: The stateless revision

    private func call(_ host: AgentHost, _ id: Int, _ arguments: String, _ more: String = "") throws -> Answer {
        try host.ask(toolCall("\(id)", "engagement_replace_contacts", arguments, ",\(Self.stateless)\(more)"))
    }

    private func state(_ answer: Answer) throws -> String {
        #expect(answer.string("result", "resultType") == "input_required", "\(answer)")
        return try #require(answer.string("result", "requestState"))
    }

    private func returning(_ state: String, _ action: String) -> String {
        #","requestState":"\#(state)","inputResponses":{"confirm":{"action":"\#(action)"}}"#
    }

    @Test func aStateIsGoodOnceAndForItsCallOnly() throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "always"]))
        host.process.reusesIDs = true
        let first = try state(try call(host, 1, replacement))
        #expect(try writes(host).isEmpty)
        let other = #"{"engagement_id":"ngmt_sandbox01","contact_ids":[]}"#
        let second = try state(try call(host, 2, other, returning(first, "accept")))
        #expect(try writes(host).isEmpty, "a yes to another call is none")
        _ = try state(try call(host, 3, replacement, returning(first, "accept")))
        #expect(try writes(host).isEmpty, "and is used up")
        _ = try state(try call(host, 4, replacement, returning("made up", "accept")))
        #expect(try writes(host).isEmpty)
        for action in ["decline", "cancel", "maybe"] {
            let again = try state(try call(host, 5, replacement))
            let answer = try call(host, 6, replacement, returning(again, action))
            #expect(answer.toolText?.string("data", "kind") == "declined", "\(answer)")
        }
        let done = try call(host, 7, other, returning(second, "accept"))
        #expect(done.string("result", "resultType") == "complete", "\(done)")
        #expect(try writes(host) == ["/v2/engagements/ngmt_sandbox01/contacts"])
        _ = try state(try call(host, 8, replacement, returning(second, "accept")))
        #expect(try writes(host).count == 1)
        try host.finish()
    }

    @Test func contactsThatHaveChangedMeanwhileAreShownAgain() throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "auto"]))
        host.process.reusesIDs = true
        let first = try state(try call(host, 1, replacement))
        #expect(
            try host.ask(request("2", "engagement.addContacts", #"["ngmt_sandbox01",["cnt_sandbox30"]]"#)).code == nil)
        let again = try call(host, 3, replacement, returning(first, "accept"))
        #expect(again.text("result", "inputRequests")?.contains("cnt_sandbox30") == true, "\(again)")
        #expect(
            try call(host, 4, replacement, returning(try state(again), "accept")).string("result", "resultType")
                == "complete")
        try host.finish()
    }
}
