import Bytes
import Foundation
import HTTP
import LSP

@testable import Service

/// No place for files: an attendees document is what the editor says that it is.
private final class NoFolder: AttendeesFolder {
    let wallSeconds = 1_700_000_000
    func uri(of name: String) -> String? { nil }
    func name(of uri: String) -> String? { nil }
    func read(_ name: String) -> ByteBuffer? { nil }
    func write(_ name: String, _ content: ByteBuffer) -> Bool { false }
    func hold(_ name: String) {}
    func release(_ name: String) {}
    func isOpenElsewhere(_ name: String) -> Bool { false }
}

/// An editor over a stage: opens documents, asks, and reads what it is told. All contacts are called Ada and all
/// engagements Kickoff, unless told otherwise.
final class EditorStage {
    let stage: Stage
    private var lastID = 0

    init(
        capabilities: String = "{}", _ fates: [String: [Fate]] = [:],
        _ change: (inout ServiceSettings) -> Void = { _ in }
    ) {
        stage = Stage([.answer(200, #"{"title":"Kickoff"}"#)], attendees: NoFolder(), change)
        stage.fatesByTarget = ["/v2/contacts/": [Self.named("Ada")]]
        for (target, list) in fates { stage.fatesByTarget[target] = list }
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"processId":null,"capabilities":\#(capabilities)}}"#
        )
        stage.run()
    }

    static let refreshing = #"{"workspace":{"inlayHint":{"refreshSupport":true}}}"#

    /// The same, asking for diagnostics: nothing is looked up for them before.
    static let pulling = #"{"workspace":{"inlayHint":{"refreshSupport":true}},"textDocument":{"diagnostic":{}}}"#

    static func named(_ name: String, after seconds: Double = 0.01) -> Fate {
        .answer(200, #"{"first_name":"\#(name)"}"#, after: seconds)
    }

    func open(_ text: String, uri: String = "file:///a") {
        let text = text.replacingOccurrences(of: "\n", with: "\\n")
        stage.loop.send(
            #"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"\#(uri)","version":1,"text":"\#(text)"}}}"#
        )
    }

    func close(uri: String = "file:///a") {
        stage.loop.send(
            #"{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"\#(uri)"}}}"#)
    }

    func save(uri: String = "file:///a") {
        stage.loop.send(
            #"{"jsonrpc":"2.0","method":"textDocument/didSave","params":{"textDocument":{"uri":"\#(uri)"}}}"#)
    }

    /// Types at the start of the first line.
    func type(_ text: String, uri: String = "file:///a") {
        let start = #"{"line":0,"character":0}"#
        stage.loop.send(
            #"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"\#(uri)","version":2},"contentChanges":[{"range":{"start":\#(start),"end":\#(start)},"text":"\#(text)"}]}}"#
        )
    }

    private func ask(_ method: String, _ place: String, _ uri: String) -> Int {
        lastID += 1
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":\#(lastID),"method":"textDocument/\#(method)","params":{"textDocument":{"uri":"\#(uri)"},\#(place)}}"#
        )
        return lastID
    }

    /// Asks for the hints of some lines. Returns the request's id.
    func askHints(_ lines: Range<Int> = 0..<100_000, uri: String = "file:///a") -> Int {
        let (start, end) = (lines.lowerBound, lines.upperBound)
        return ask(
            "inlayHint",
            #""range":{"start":{"line":\#(start),"character":0},"end":{"line":\#(end),"character":0}}"#, uri)
    }

    func askHover(_ character: Int, line: Int = 0) -> Int {
        ask("hover", #""position":{"line":\#(line),"character":\#(character)}"#, "file:///a")
    }

    func askCompletion(_ character: Int) -> Int {
        ask("completion", #""position":{"line":0,"character":\#(character)}"#, "file:///a")
    }

    /// Asks what can be done about a place in the first line. `only` is a JSON text.
    func askActions(_ character: Int, only: String?, uri: String = "file:///a") -> Int {
        let place = #"{"line":0,"character":\#(character)}"#
        let kinds = only.map { #","only":\#($0)"# } ?? ""
        return ask(
            "codeAction",
            #""range":{"start":\#(place),"end":\#(place)},"context":{"diagnostics":[]\#(kinds)}"#, uri)
    }

    /// The labels of the answer to `id`; nil when there is none.
    func labels(_ id: Int) -> [String]? {
        guard let text = stage.answer(id)?.text else { return nil }
        return text.components(separatedBy: #""label":""#).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// The labels of hints, asked for and waited for.
    func hints() -> [String]? {
        let id = askHints()
        stage.run(3)
        return labels(id)
    }

    /// How many requests of this process to the editor, or notifications, had this method.
    func told(_ method: String) -> Int {
        stage.answers.values.joined().count { $0.text.contains(#""method":"\#(method)""#) }
    }

    /// How many messages of this process have these words.
    func said(_ words: String) -> Int { stage.answers.values.joined().count { $0.text.contains(words) } }

    /// The targets that were asked for, without their queries.
    var asked: [String] { stage.sent.map { String($0.target.prefix { $0 != "?" }.split(separator: "/").last ?? "") } }
}
