import HTTP

@testable import Service

/// An agent's host over a stage: it calls tools, is asked, and answers.
struct AgentStage {
    let stage: Stage

    /// A stage whose engagements have two contacts, and whose contacts are all called Ada.
    init(
        journal: FakeJournal? = nil, _ fates: [String: [Fate]] = [:], confirm: ServiceSettings.Confirm = .auto,
        _ change: (inout ServiceSettings) -> Void = { _ in }
    ) {
        stage = Stage([.answer(200, Self.engagement)], journal: journal) {
            $0.confirm = confirm
            change(&$0)
        }
        stage.fatesByTarget = ["/v2/contacts/": [.answer(200, #"{"first_name":"Ada"}"#)]]
        for (target, list) in fates { stage.fatesByTarget[target] = list }
        let hello = #""protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{\#(hello)}}"#)
        stage.run()
    }

    static let engagement = #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_b"}]}"#

    func tool(_ id: Int, _ name: String, _ arguments: String, token: String? = nil) {
        let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)\#(meta)}}"#
        )
        stage.run()
    }

    func replace(_ id: Int, _ engagement: String, token: String? = nil) {
        tool(
            id, "engagement_replace_contacts",
            #"{"engagement_id":"\#(engagement)","contact_ids":["cnt_a","cnt_n"]}"#, token: token)
    }

    func get(_ id: Int, _ engagement: String, token: String? = nil) {
        tool(id, "engagement_get", #"{"engagement_id":"\#(engagement)"}"#, token: token)
    }

    /// Whether the question of this number has been asked, and nothing was said of it since.
    func isAsked(_ number: Int) -> Bool { stage.answers["\"engagement-rpc-\(number)\"", default: []].count == 1 }

    func answer(_ number: Int, _ response: String = #""result":{"action":"accept","content":{"confirm":true}}"#) {
        stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-\#(number)",\#(response)}"#)
        stage.run()
    }

    /// The engagements that were written to, in order.
    var written: [String] { stage.sent.filter { $0.verb != .get }.map { Session.engagement($0.target) } }

    /// When progress was told, by token as spelled.
    func progress(_ token: String) -> [Double] {
        stage.answers["-", default: []].filter { $0.text.contains(#""progressToken":\#(token),"#) }.map(\.at)
    }
}
