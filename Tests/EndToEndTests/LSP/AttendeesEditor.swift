import Foundation
import TestSupport
import Testing

/// An editor with the attendees document of an engagement: opens it, edits it, saves it, and does what it is asked as
/// editors do.
final class AttendeesEditor {
    let client: EditorClient
    let engagement: String
    let uri: String
    private(set) var text: String
    private var version = 1

    /// What editors declare.
    static let capabilities =
        #"{"workspace":{"applyEdit":true,"workspaceEdit":{"documentChanges":true}},"# + general
    /// The same without `workspace/applyEdit`.
    static let withoutEdits = "{" + general
    private static let general =
        #""window":{"showDocument":{"support":true}},"textDocument":{"codeAction":{"codeActionLiteralSupport":{}}}}"#

    /// Begins a session with the API of `arguments`, files in `folder`, and opens the document.
    init(
        _ arguments: [String], folder: String, engagement: String = "ngmt_sandbox01", name: String = "test",
        capabilities: String = AttendeesEditor.capabilities
    ) throws {
        client = try Self.session(arguments, folder: folder, name: name, capabilities: capabilities)
        self.engagement = engagement
        let answer = try Self.command(client, "openAttendees", [engagement])
        uri = try #require(answer.string("result", "uri"), "\(answer)")
        text = ""
        text = try file
        try client.open(uri, text)
    }

    static func session(
        _ arguments: [String], folder: String, name: String = "test",
        capabilities: String = AttendeesEditor.capabilities
    ) throws -> EditorClient {
        try EditorClient(
            EditorClient.setup(arguments, environment: ["XDG_RUNTIME_DIR": folder]), capabilities: capabilities,
            name: name)
    }

    /// Calls `body` with an empty folder for files.
    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "attendees-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static func path(_ uri: String) -> String { URL(string: uri)?.path ?? uri }
    var path: String { Self.path(uri) }
    /// What is in the file.
    var file: String { get throws { try String(contentsOfFile: path, encoding: .utf8) } }

    // MARK: What a person does

    /// Replaces all of the text.
    func edit(_ text: String) throws {
        self.text = text
        version += 1
        let change =
            #"{"textDocument":{"uri":\#(json(uri)),"version":\#(version)},"contentChanges":[{"text":\#(json(text))}]}"#
        try client.notify("textDocument/didChange", change)
    }

    /// Writes the file, and says so.
    func save() throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try client.notify("textDocument/didSave", #"{"textDocument":{"uri":\#(json(uri))}}"#)
    }

    func close() throws { try client.notify("textDocument/didClose", #"{"textDocument":{"uri":\#(json(uri))}}"#) }

    static func command(_ client: EditorClient, _ name: String, _ arguments: [String]) throws -> Answer {
        let list = arguments.map(json).joined(separator: ",")
        return try client.ask(
            "workspace/executeCommand", #"{"command":"engagementRpc.\#(name)","arguments":[\#(list)]}"#)
    }

    /// Presses the lens. Commands are answered at once, whatever comes of them.
    func press() throws {
        let answer = try Self.command(client, "replaceContacts", [uri])
        #expect(answer.text("result") == "null", "\(answer)")
    }

    /// The next question.
    func question() throws -> Answer { try client.next("window/showMessageRequest") }

    /// Whether anything is asked within a moment.
    func isAsked() throws -> Bool { try client.comes("window/showMessageRequest", within: 0.4) }

    func answer(_ question: Answer, _ title: String) throws {
        try client.respond(to: question, #""result":{"title":\#(json(title))}"#)
    }

    /// What the person is told next.
    func told() throws -> String { try client.next("window/showMessage").string("params", "message") ?? "" }

    // MARK: What is shown

    var lenses: [String] {
        get throws {
            let answer = try client.ask("textDocument/codeLens", #"{"textDocument":{"uri":\#(json(uri))}}"#)
            return try answer.elements("result").compactMap { $0.string("command", "title") }
        }
    }

    var actions: [Answer] {
        get throws {
            let answer = try client.ask("textDocument/codeAction", EditorClient.lines(uri, 0..<1000))
            return try answer.elements("result")
        }
    }

    /// Applies the next `workspace/applyEdit`, and says so to the process.
    func takeEdit() throws {
        let request = try client.next("workspace/applyEdit")
        let changes = try request.elements("params", "edit", "documentChanges")
        #expect(changes.count == 1 && changes[0].string("textDocument", "uri") == uri)
        #expect(changes[0].int("textDocument", "version") == version)
        try client.respond(to: request, #""result":{"applied":true}"#)
        try apply(changes[0].elements("edits"))
    }

    /// Applies edits of the text, as of one version.
    func apply(_ edits: [Answer]) throws {
        var units = Array(text.utf16)
        var starts = [0]
        for (at, unit) in units.enumerated() where unit == 10 { starts.append(at + 1) }
        func offset(_ edit: Answer, _ end: String) -> Int {
            let line = edit.int("range", end, "line") ?? 0
            let start = line < starts.count ? starts[line] : units.count
            return min(units.count, start + (edit.int("range", end, "character") ?? 0))
        }
        let places = edits.map { ($0, offset($0, "start")..<offset($0, "end")) }
        for (edit, range) in places.reversed() {
            units.replaceSubrange(range, with: Array((edit.string("newText") ?? "").utf16))
        }
        try self.edit(String(decoding: units, as: UTF16.self))
    }

    // MARK: What is at the API

    /// Who is on the engagement, without rooms.
    var contacts: [String] {
        get throws {
            let answer = try client.process.call(
                "engagement.get", #"{"engagement_id":"\#(engagement)","expand":["contacts"]}"#)
            return try answer.elements("result", "data", "contacts").filter { $0.bool("is_calendar_resource") != true }
                .compactMap { $0.string("id") }
        }
    }

    /// How many writes have reached the API.
    var writes: Int {
        get throws { try client.process.sandboxRequests().count { $0.string("method") != "GET" } }
    }
}
