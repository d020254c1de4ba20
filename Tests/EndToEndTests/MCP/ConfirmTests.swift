import Foundation
import TestSupport
import Testing

/// `--confirm`: a person is asked before a tool destroys something, and nothing is written before they said yes.
@Suite(.ownThread)
struct ConfirmTests {
    private let replacement = #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox02","cnt_sandbox09"]}"#

    private static let stateless =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}}"#

    /// Hosts fill in empty forms by themselves: only the one field counts.
    @Test(
        arguments: [
            (yes, nil), (yes + #","error":null"#, nil),
            (#""result":{"action":"accept","content":{"confirm":true,"note":"x"}}"#, nil),
            (#""result":{"action":"accept","content":{}}"#, "without a yes"),
            (#""result":{"action":"accept"}"#, "without a yes"),
            (#""result":{"action":"accept","content":null}"#, "without a yes"),
            (#""result":{"action":"accept","content":[true]}"#, "without a yes"),
            (#""result":{"action":"accept","content":true}"#, "without a yes"),
            (#""result":{"action":"accept","content":"{\"confirm\":true}"}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"confirm":"true"}}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"confirm":1}}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"confirm":[true]}}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"confirm":false}}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"confirm":false,"confirm":true}}"#, "without a yes"),
            (#""result":{"action":"accept","content":{"Confirm":true}}"#, "without a yes"),
            (#""result":{"action":"decline","content":{"confirm":true}}"#, "said no"),
            (#""result":{"action":"decline","action":"accept","content":{"confirm":true}}"#, "could be asked"),
            (#""result":{"content":{"confirm":true}}"#, "could be asked"),
            (yes + #","error":{"code":-1,"message":"no"}"#, "could be asked"),
            (yes + "," + yes, "could be asked"),
            (#""result":{"action":"accept","content":{"confirm":true},"error":{}}"#, "could be asked"),
            (#""result":{"action":"decline"}"#, "said no"),
            (#""result":{"action":"cancel"}"#, "put the question away"), (#""result":{}"#, "could be asked"),
            (#""result":{"action":"ACCEPT"}"#, "could be asked"), (#""result":null"#, "could be asked"),
            (#""error":{"code":-32601,"message":"no\u001b[2J"}"#, "could be asked"),
        ] as [(String, String?)])
    func onlyAYesIsOne(response: String, words: String?) throws {
        for revision in ["2025-06-18", "2025-11-25"] {
            let host = try confirmingClient(revision: revision)
            let question = try host.ask(toolCall("1", "engagement_replace_contacts", replacement))
            #expect(question.string("method") == "elicitation/create", "\(question)")
            let id = try #require(question.text("id"))
            let message = question.string("params", "message") ?? ""
            #expect(
                message.contains(
                    "Dropped (1):\n  \"Ana Souza\" (cnt_sandbox01)\nAdded (1):\n  \"Iván O'Brien\" (cnt_sandbox09)"))
            let form = question.text("params", "requestedSchema") ?? ""
            #expect(form.contains(#""required":["confirm"]"#) && !form.contains("default"), "\(form)")
            #expect(question.string("params", "requestedSchema", "properties", "confirm", "type") == "boolean")
            #expect(try host.ask(request("2", "ping")).summary == "2 ok", "nothing else is held up")
            #expect(try host.writes().isEmpty)
            let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(id),\#(response)}"#)
            #expect(answer.bool("result", "isError") ?? false == (words != nil), "\(answer)")
            if let words {
                #expect(answer.toolText?.string("data", "kind") == "declined" && answer.toolText?.code == nil)
                #expect(answer.toolText?.string("data", "applied") == "no")
                #expect(answer.toolText?.string("message")?.contains(words) == true, "\(answer)")
            }
            #expect(try host.writes() == (words == nil ? ["/v2/engagements/ngmt_sandbox01/contacts"] : []))
            // The same answer once more is nobody's.
            try host.send(#"{"jsonrpc":"2.0","id":\#(id),\#(yes)}"#)
            #expect(try host.ask(request("3", "ping")).summary == "3 ok")
            #expect(try host.writes().count == (words == nil ? 1 : 0))
            try host.finish()
        }
    }

    /// What was agreed to holds for those who were shown.
    @Test func otherContactsAreAskedAboutAgain() throws {
        let host = try confirmingClient()
        let first = try host.ask(
            toolCall(
                "1", "engagement_remove_contacts",
                #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox01"]}"#))
        // Somebody else changes the engagement, past this process's line of writes: the sandbox is put back meanwhile.
        let other = try host.ask(request("\"x\"", "tag.list", #"{"limit":1}"#))
        #expect(other.code == nil)
        _ = try host.ask(request("\"d\"", "contact.delete", #"["cnt_sandbox02"]"#))
        let second = try host.ask(#"{"jsonrpc":"2.0","id":\#(first.text("id") ?? ""),\#(yes)}"#)
        #expect(second.string("method") == "elicitation/create" && second.text("id") != first.text("id"), "\(second)")
        #expect(try host.writes() == ["/v2/contacts/cnt_sandbox02"])
        let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(second.text("id") ?? ""),\#(yes)}"#)
        #expect(answer.bool("result", "isError") != true, "\(answer)")
        #expect(try host.writes().last == "/v2/engagements/ngmt_sandbox01/contacts")
        try host.finish()
    }

    @Test func aCallThatIsCancelledTakesItsQuestionBack() throws {
        let host = try confirmingClient()
        let question = try host.ask(toolCall("1", "engagement_replace_contacts", replacement))
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":1}"#))
        let withdrawn = try host.next()
        #expect(withdrawn.string("method") == "notifications/cancelled", "\(withdrawn)")
        #expect(withdrawn.text("params", "requestId") == question.text("id"))
        try host.send(#"{"jsonrpc":"2.0","id":\#(question.text("id") ?? ""),\#(yes)}"#)
        #expect(try host.ask(request("2", "ping")).summary == "2 ok")
        #expect(try host.writes().isEmpty)
        try host.finish()
    }

    /// Whom nobody needs to be asked about.
    @Test(arguments: [
        ("engagement_add_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox07"]}"#),
        ("engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":[],"dry_run":true}"#),
        ("contact_create", #"{"first_name":"A"}"#), ("engagement_get", #"{"engagement_id":"ngmt_sandbox01"}"#),
    ])
    func whatDestroysNothingIsDoneAtOnce(tool: String, arguments: String) throws {
        let host = try confirmingClient()
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
        let host = try confirmingClient()
        let question = try host.ask(toolCall("1", tool, arguments))
        #expect(question.string("params", "message")?.contains(id) == true, "\(question)")
        #expect(question.string("params", "message")?.contains("\u{202E}") == false)
        #expect(try host.writes().isEmpty)
        let answer = try host.ask(#"{"jsonrpc":"2.0","id":\#(question.text("id") ?? ""),\#(yes)}"#)
        #expect(answer.summary == "1 ok", "\(answer)")
        #expect(try host.writes().count == 1)
        try host.finish()
    }

    @Test func whoeverCanNotAskIsAnsweredByTheSetting() throws {
        for (capabilities, revision) in [
            ("{}", "2025-11-25"), (#"{"elicitation":{"url":{}}}"#, "2025-11-25"),
            (#"{"elicitation":{}}"#, "2025-03-26"),
        ] {
            let auto = try confirmingClient(revision: revision, capabilities: capabilities)
            #expect(try auto.ask(toolCall("1", "engagement_replace_contacts", replacement)).summary == "1 ok")
            try auto.finish()
            let always = try confirmingClient(confirm: "always", revision: revision, capabilities: capabilities)
            let answer = try always.ask(toolCall("1", "engagement_replace_contacts", replacement))
            #expect(answer.toolText?.string("data", "kind") == "not_allowed", "\(answer)")
            #expect(answer.toolText?.string("message")?.contains("--confirm auto") == true)
            #expect(try always.writes().isEmpty)
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
        let content = action == "accept" ? #","content":{"confirm":true}"# : ""
        return returning(state, answer: #"{"action":"\#(action)"\#(content)}"#)
    }

    private func returning(_ state: String, answer: String) -> String {
        #","requestState":"\#(state)","inputResponses":{"confirm":\#(answer)}"#
    }

    @Test func aStateIsGoodOnceAndForItsCallOnly() throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "always"]))
        host.process.reusesIDs = true
        let first = try state(try call(host, 1, replacement))
        #expect(try host.writes().isEmpty)
        let other = #"{"engagement_id":"ngmt_sandbox01","contact_ids":[]}"#
        let second = try state(try call(host, 2, other, returning(first, "accept")))
        #expect(try host.writes().isEmpty, "a yes to another call is none")
        _ = try state(try call(host, 3, replacement, returning(first, "accept")))
        #expect(try host.writes().isEmpty, "and is used up")
        _ = try state(try call(host, 4, replacement, returning("made up", "accept")))
        #expect(try host.writes().isEmpty)
        for action in ["decline", "cancel", "maybe"] {
            let again = try state(try call(host, 5, replacement))
            let answer = try call(host, 6, replacement, returning(again, action))
            #expect(answer.toolText?.string("data", "kind") == "declined", "\(answer)")
        }
        let done = try call(host, 7, other, returning(second, "accept"))
        #expect(done.string("result", "resultType") == "complete", "\(done)")
        #expect(try host.writes() == ["/v2/engagements/ngmt_sandbox01/contacts"])
        _ = try state(try call(host, 8, replacement, returning(second, "accept")))
        #expect(try host.writes().count == 1)
        try host.finish()
    }

    @Test(arguments: [
        #"{"action":"accept"}"#, #"{"action":"accept","content":{}}"#,
        #"{"action":"accept","content":{"confirm":"true"}}"#,
        #"{"action":"accept","content":{"confirm":true},"error":{"code":-1,"message":"no"}}"#,
        #"{"result":{"action":"accept","content":{"confirm":true}},"error":{"code":-1,"message":"no"}}"#,
        #"{"action":"decline","content":{"confirm":true}}"#, "null", "true", "[]",
        #"{"action":"decline"},"confirm":{"action":"accept","content":{"confirm":true}}"#,
    ])
    func anythingButAYesIsNone(answer: String) throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "always"]))
        host.process.reusesIDs = true
        let first = try state(try call(host, 1, replacement))
        let refused = try call(host, 2, replacement, returning(first, answer: answer))
        #expect(refused.toolText?.string("data", "kind") == "declined", "\(refused)")
        #expect(refused.toolText?.string("data", "applied") == "no")
        #expect(try host.writes().isEmpty)
        try host.process.finish()
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

    /// The yes to an undo is to one set in place of another, and not to whatever is the last replacement by then.
    @Test func theYesToAnUndoIsToWhatWasShown() throws {
        let journal = NSTemporaryDirectory() + "journal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: journal) }
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "auto", "--journal", journal]))
        host.process.reusesIDs = true
        func replace(_ id: Int, _ contact: String) throws {
            let params = #"["ngmt_sandbox02",["\#(contact)"]]"#
            let answer = try host.ask(request("\(id)", "engagement.replaceContacts", params))
            #expect(answer.code == nil, "\(answer)")
        }
        func undo(_ id: Int, _ more: String = "") throws -> Answer {
            let arguments = #"{"engagement_id":"ngmt_sandbox02"}"#
            return try host.ask(toolCall("\(id)", "engagement_undo", arguments, ",\(Self.stateless)\(more)"))
        }
        for (id, contact) in [(1, "cnt_sandbox05"), (2, "cnt_sandbox06")] { try replace(id, contact) }
        let first = try undo(3)
        #expect(first.text("result", "inputRequests")?.contains("cnt_sandbox05") == true, "\(first)")
        // Who is there is the same again, and what an undo would put back is not.
        for (id, contact) in [(4, "cnt_sandbox07"), (5, "cnt_sandbox06")] { try replace(id, contact) }
        let before = try host.writes().count
        let again = try undo(6, returning(try state(first), "accept"))
        #expect(again.string("result", "resultType") == "input_required", "\(again)")
        #expect(again.text("result", "inputRequests")?.contains("cnt_sandbox07") == true, "\(again)")
        #expect(try host.writes().count == before)
        let done = try undo(7, returning(try state(again), "accept"))
        #expect(done.toolText?.text("changes", "after") == #"["cnt_sandbox07"]"#, "\(done)")
        try host.finish()
    }

    // MARK: Nobody to ask

    /// In 2026-07-28 the client is told which capability is wanted, by an error of the protocol's own.
    @Test func aStatelessClientIsToldWhatItLacks() throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "always"]))
        host.process.reusesIDs = true
        let answer = try host.ask(Era.july2026.toolCall("1", "engagement_replace_contacts", replacement))
        #expect(answer.code == -32021, "\(answer)")
        #expect(answer.text("error", "data", "requiredCapabilities") == #"{"elicitation":{"form":{}}}"#)
        #expect(answer.string("error", "data", "kind") == "not_allowed")
        #expect(answer.string("error", "data", "applied") == "no")
        #expect(try host.writes().isEmpty)
        let dry = replacement.dropLast() + #","dry_run":true}"#
        #expect(try host.ask(Era.july2026.toolCall("2", "engagement_replace_contacts", String(dry))).summary == "2 ok")
        try host.finish()
    }

    private static let destructive: [(String, String, String)] = [
        ("engagement.replaceContacts", #"["ngmt_sandbox01",[]]"#, "engagement_replace_contacts"),
        ("contact.delete", #"["cnt_sandbox05"]"#, "contact_delete"),
        ("contact.update", #"{"contact_id":"cnt_sandbox05","first_name":"A"}"#, "contact_update"),
        ("engagement.removeContacts", #"["ngmt_sandbox01",["cnt_sandbox01"]]"#, "engagement_remove_contacts"),
        ("tag.delete", #"["tag_sandbox01"]"#, "tag_delete"),
    ]

    /// A plain method on a stream that is MCP has nobody asked: with `always` it is refused, and says which tool does.
    @Test(arguments: destructive)
    func plainMethodsAreCoveredByAlways(method: String, params: String, tool: String) throws {
        for capabilities in ["{}", #"{"elicitation":{}}"#] {
            let host = try confirmingClient(confirm: "always", capabilities: capabilities)
            let answer = try host.ask(request("1", method, params))
            #expect(answer.string("error", "data", "kind") == "not_allowed", "\(answer)")
            #expect(answer.string("error", "data", "applied") == "no")
            #expect(answer.string("error", "message")?.contains(tool) == true, "\(answer)")
            try host.send(request(nil, method, params))
            #expect(try host.ask(request("2", "contact.create", #"{"first_name":"B"}"#)).summary == "2 ok")
            #expect(try host.ask(request("3", "contact.get", #"["cnt_sandbox05"]"#)).summary == "3 ok")
            #expect(try host.writes() == ["/v2/contacts"])
            try host.finish()
        }
        for (confirm, isMCP) in [("auto", true), ("never", true), ("always", false), ("auto", false)] {
            let plain = ["--sandbox", "--confirm", confirm]
            let host = isMCP ? try confirmingClient(confirm: confirm) : AgentHost(try HostProcess(plain))
            host.process.reusesIDs = true
            #expect(try host.ask(request("1", method, params)).summary == "1 ok", "as it was")
            try host.process.finish()
        }
    }

    @Test func aDryRunDestroysNothing() throws {
        let host = try confirmingClient(confirm: "always", capabilities: "{}")
        let params = #"{"engagement_id":"ngmt_sandbox01","contact_ids":[],"dry_run":true}"#
        #expect(try host.ask(request("1", "engagement.replaceContacts", params)).summary == "1 ok")
        #expect(try host.ask(toolCall("2", "engagement_replace_contacts", params)).summary == "2 ok")
        try host.finish()
    }

    /// The request that makes the stream MCP is on it already.
    @Test func aPlainMethodThatNamesARevisionIsOnMCP() throws {
        let host = AgentHost(try HostProcess(["--sandbox", "--confirm", "always"]))
        host.process.reusesIDs = true
        let answer = try host.ask(request("1", "contact.delete", #"{"contact_id":"cnt_sandbox05",\#(Self.stateless)}"#))
        #expect(answer.string("error", "data", "kind") == "not_allowed", "\(answer)")
        try host.process.finish()
    }
}
