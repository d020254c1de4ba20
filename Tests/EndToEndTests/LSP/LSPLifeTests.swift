import TestSupport
import Testing

/// A session of the Language Server Protocol, from `initialize` to `exit`.
@Suite(.ownThread)
struct LSPLifeTests {
    private func begin(_ arguments: [String] = [], capabilities: String = "{}", options: String? = nil) throws
        -> EditorClient
    {
        try EditorClient(
            EditorClient.setup(["--sandbox"] + arguments), capabilities: capabilities, options: options)
    }

    @Test func aSessionBeginsAndEnds() throws {
        let editor = try begin()
        #expect(editor.greeting.string("result", "serverInfo", "name") == "engagement-rpc")
        #expect(editor.greeting.string("result", "serverInfo", "version")?.isEmpty == false)
        #expect(editor.greeting.bool("result", "capabilities", "textDocumentSync", "openClose") == true)
        #expect(editor.greeting.int("result", "capabilities", "textDocumentSync", "change") == 2)
        #expect(editor.greeting.bool("result", "capabilities", "textDocumentSync", "save") == true)
        #expect(
            editor.greeting.text("result", "capabilities", "completionProvider", "triggerCharacters") == #"["_"]"#)
        for foreign in ["documentFormattingProvider", "renameProvider", "documentHighlightProvider"] {
            #expect(editor.greeting.text("result", "capabilities", foreign) == nil)
        }
        try editor.finish()
    }

    @Test func requestsComeInTheirOrder() throws {
        let process = try HostProcess(EditorClient.setup(["--sandbox"]))
        #expect(try process.call("textDocument/hover", "{}").code == -32002)
        #expect(try process.call("workspace/symbol", "{}").code == -32002)
        #expect(try process.call("completionItem/resolve", "{}").code == -32002)
        #expect(try process.call("initialize", #"{"processId":1}"#).code == -32602)
        #expect(try process.call("initialize", #"{"processId":1,"capabilities":null}"#).code == -32602)
        #expect(try process.call("initialize", #"{"capabilities":[]}"#).code == -32602)
        #expect(try process.call("initialize").code == -32602)
        #expect(try process.call("textDocument/hover", "{}").code == -32002, "the stream has stayed what it was")
        #expect(try process.call("service.ping").text("result") == "{}")
        #expect(try process.call("initialize", #"{"capabilities":{}}"#).code == nil)
        #expect(try process.call("initialize", #"{"capabilities":{}}"#).code == -32600)
        #expect(try process.call("initialize", #"{"protocolVersion":"2025-11-25","capabilities":{}}"#).code == -32600)
        #expect(try process.call("textDocument/hover", "{}").code == -32602)
        #expect(try process.call("textDocument/formatting", "{}").code == -32601)
        #expect(try process.call("$/unknown", "{}").code == -32601)
        try process.send(message: #"{"jsonrpc":"2.0","method":"$/unknown","params":{}}"#)
        try process.send(message: #"{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"verbose"}}"#)
        try process.send(message: #"{"jsonrpc":"2.0","method":"unknown/notice"}"#)
        try process.send(message: "[\(ping("7"))]")
        #expect(try process.next().code == -32600, "a session has no batches")
        let got = try process.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","fields":["id"]}"#)
        #expect(got.string("result", "data", "id") == "ngmt_sandbox01", "plain methods stay")
        #expect(try process.call("shutdown").text("result") == "null")
        for method in ["textDocument/hover", "shutdown", "service.ping", "initialize", "nothing"] {
            #expect(try process.call(method, "{}").code == -32600, "\(method)")
        }
        try process.send(message: #"{"jsonrpc":"2.0","method":"exit"}"#)
        #expect(try process.waitForExit() == .exited(0))
    }

    @Test func exitWithoutShutdownIsOne() throws {
        let editor = try begin()
        try editor.process.send(message: #"{"jsonrpc":"2.0","method":"exit"}"#)
        #expect(try editor.process.waitForExit() == .exited(1))
    }

    @Test func theEndOfInputIsAnEnd() throws {
        let editor = try begin(["--stdio"])
        try editor.process.finish()
    }

    @Test func linesFrameASessionToo() throws {
        let process = try HostProcess(["--sandbox"])
        #expect(try process.call("initialize", #"{"processId":null,"capabilities":{}}"#).code == nil)
        try process.send(
            line:
                #"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a","languageId":"","version":0,"text":"cnt_sandbox01"}}}"#
        )
        let hover = try process.call("textDocument/hover", EditorClient.place("file:///a", line: 0, 3))
        #expect(hover.string("result", "contents", "value")?.contains("Ana Souza") == true)
        try process.finish()
    }

    @Test(
        arguments: [
            (#"{}"#, "utf-16"), (#"{"general":{"positionEncodings":["utf-16"]}}"#, "utf-16"),
            (#"{"general":{"positionEncodings":["utf-32","utf-8","utf-16"]}}"#, "utf-8"),
            (#"{"general":{"positionEncodings":["utf-32"]}}"#, "utf-16"),
            (#"{"general":{"positionEncodings":["latin-1",7,null]}}"#, "utf-16"), (#"{"general":null}"#, "utf-16"),
        ])
    func theEncodingIsAgreedOn(capabilities: String, encoding: String) throws {
        let editor = try begin(capabilities: capabilities)
        #expect(editor.greeting.string("result", "capabilities", "positionEncoding") == encoding)
        try editor.open("file:///a", "é😀 cnt_sandbox01\n")
        let start = encoding == "utf-8" ? 7 : 4
        let hover = try editor.ask("textDocument/hover", EditorClient.place("file:///a", line: 0, start))
        #expect(hover.int("result", "range", "start", "character") == start)
        #expect(hover.int("result", "range", "end", "character") == start + 13)
        try editor.finish()
    }

    @Test func utf16CanBeForced() throws {
        let editor = try begin(
            capabilities: #"{"general":{"positionEncodings":["utf-8","utf-16"]}}"#,
            options: #"{"positionEncoding":"utf-16"}"#)
        #expect(editor.greeting.string("result", "capabilities", "positionEncoding") == "utf-16")
        try editor.finish()
    }

    @Test func whatIsSwitchedOffIsNotDeclared() throws {
        let pull = #"{"textDocument":{"diagnostic":{}}}"#
        let members = [
            "hover": "hoverProvider", "inlayHints": "inlayHintProvider", "completion": "completionProvider",
            "diagnostics": "diagnosticProvider",
        ]
        let all = try begin(capabilities: pull)
        for member in members.values { #expect(all.greeting.text("result", "capabilities", member) != nil) }
        try all.finish()
        for (feature, member) in members {
            let editor = try begin(capabilities: pull, options: "{\"\(feature)\":false}")
            #expect(editor.greeting.text("result", "capabilities", member) == nil, "\(feature)")
            for other in members.values where other != member {
                #expect(editor.greeting.text("result", "capabilities", other) != nil, "\(other) without \(feature)")
            }
            try editor.finish()
        }
        let odd = try begin(capabilities: pull, options: #"{"hover":"no","nothing":false,"completion":null}"#)
        for member in members.values { #expect(odd.greeting.text("result", "capabilities", member) != nil) }
        try odd.finish()
    }

    @Test func theConfigurationSwitchesLater() throws {
        let editor = try begin()
        try editor.open("file:///a", "cnt_sandbox01")
        func hover() throws -> String? {
            try editor.ask("textDocument/hover", EditorClient.place("file:///a", line: 0, 1)).text("result")
        }
        func configure(_ settings: String) throws {
            try editor.notify("workspace/didChangeConfiguration", "{\"settings\":\(settings)}")
        }
        #expect(try hover()?.contains("Ana") == true)
        try configure(#"{"engagementRpc":{"hover":false}}"#)
        #expect(try hover() == "null")
        for odd in ["null", "[]", "{}", #"{"engagementRpc":null}"#, #"{"engagementRpc":{"hover":1}}"#] {
            try configure(odd)
        }
        #expect(try hover() == "null")
        try configure(#"{"engagementRpc":{"hover":true}}"#)
        #expect(try hover()?.contains("Ana") == true)
        try editor.finish()
    }

    /// Whatever a client sends, the session goes on.
    @Test func badInputEndsNothing() throws {
        let editor = try begin()
        try editor.open("file:///a", "one cnt_sandbox01\ntwo")
        let uri = #""textDocument":{"uri":"file:///a","version":2}"#
        let notices: [(String, String)] = [
            (
                "textDocument/didChange",
                #"{"textDocument":{"uri":"file:///closed","version":1},"contentChanges":[{"text":"x"}]}"#
            ),
            ("textDocument/didChange", #"{\#(uri),"contentChanges":null}"#),
            (
                "textDocument/didChange",
                #"{\#(uri),"contentChanges":[null,1,"x",{},{"text":7},{"range":7,"text":"x"}]}"#
            ),
            (
                "textDocument/didChange",
                #"{\#(uri),"contentChanges":[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":"x"}]}"#
            ),
            (
                "textDocument/didChange",
                #"{\#(uri),"contentChanges":[{"range":{"start":{"line":1e99,"character":0},"end":{"line":0,"character":0}},"text":"x"}]}"#
            ),
            ("textDocument/didChange", "null"), ("textDocument/didChange", "[]"), ("textDocument/didOpen", "{}"),
            ("textDocument/didOpen", #"{"textDocument":{"uri":"file:///b"}}"#),
            ("textDocument/didOpen", #"{"textDocument":{"uri":7,"text":"x"}}"#),
            ("textDocument/didOpen", #"{"textDocument":{"uri":"file:///c","version":null,"text":null}}"#),
            ("textDocument/didClose", #"{"textDocument":{"uri":"file:///never"}}"#), ("textDocument/didClose", "{}"),
            ("textDocument/didSave", "{}"), ("workspace/didChangeConfiguration", "[]"), ("initialized", "null"),
            ("$/cancelRequest", "{}"), ("$/cancelRequest", #"{"id":"never"}"#),
            ("window/workDoneProgress/cancel", "{}"),
        ]
        for (method, params) in notices { try editor.notify(method, params) }
        let far = #"{"textDocument":{"uri":"file:///a"},"position":{"line":4000000000,"character":4000000000}}"#
        #expect(try editor.ask("textDocument/hover", far).text("result") == "null")
        #expect(try editor.ask("textDocument/completion", far).text("result") == "null")
        for bad in ["{}", "[]", "null", #"{"textDocument":null}"#, #"{"textDocument":{"uri":"file:///a"}}"#] {
            #expect(try editor.ask("textDocument/hover", bad).code == -32602, "\(bad)")
        }
        let null = try editor.process.call("service.ping")
        #expect(null.text("result") == "{}")
        // A second opening replaces the text.
        try editor.open("file:///a", "cnt_sandbox02", version: 7)
        let hover = try editor.ask("textDocument/hover", EditorClient.place("file:///a", line: 0, 4))
        #expect(hover.string("result", "contents", "value")?.contains("Björn Lindqvist") == true)
        // An answer that nobody asked for.
        try editor.process.send(message: #"{"jsonrpc":"2.0","id":"engagement-rpc-1","result":{"title":"Replace"}}"#)
        try editor.process.send(message: #"{"jsonrpc":"2.0","id":null,"result":null}"#)
        try editor.finish()
    }

    @Test func otherSchemesAndLargeDocumentsAreLeftAlone() throws {
        let editor = try begin()
        for uri in ["git:/a", "output:a", "http://a/b", "", "untitled", "vscode-notebook-cell:/a"] {
            try editor.open(uri, "cnt_sandbox01")
            let place = EditorClient.place(uri, line: 0, 3)
            #expect(try editor.ask("textDocument/hover", place).text("result") == "null", "\(uri)")
            #expect(
                try editor.ask("textDocument/inlayHint", EditorClient.lines(uri, 0..<9)).text("result") == "[]")
        }
        try editor.open("untitled:Untitled-1", "cnt_sandbox01")
        let place = EditorClient.place("untitled:Untitled-1", line: 0, 3)
        #expect(try editor.ask("textDocument/hover", place).text("result") != "null")
        try editor.open("file:///large", "cnt_sandbox01 " + String(repeating: "x", count: 4 << 20))
        #expect(
            try editor.ask("textDocument/hover", EditorClient.place("file:///large", line: 0, 3)).text("result")
                == "null")
        try editor.finish()
    }
}
