import Foundation
import HTTP
import Testing

@testable import Service

/// What editors ask for beside answers: work that is shown, actions of one kind, words that are looked at after a save.
@Suite struct EditorHabitsTests {
    private static let uri = "file:///ngmt_a.attendees"

    /// An editor in which a person has said yes to a replacement, each of whose requests takes a second.
    private func replacing(_ capabilities: String) -> EditorStage {
        let engagement = #"{"id":"ngmt_a","title":"T","contacts":[{"id":"cnt_a"}]}"#
        let editor = EditorStage(
            capabilities: capabilities, ["/v2/engagements/": [.answer(200, engagement, after: 1)]])
        editor.open("cnt_a\ncnt_b\n", uri: Self.uri)
        editor.stage.run(2)
        editor.save(uri: Self.uri)
        editor.stage.run(2)
        #expect(editor.told("window/showMessageRequest") == 1)
        editor.stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-1","result":{"title":"Replace"}}"#)
        return editor
    }

    private let create = "window/workDoneProgress/create"

    @Test func workThatLastsIsShown() {
        let editor = replacing(#"{"window":{"workDoneProgress":true}}"#)
        editor.stage.run(0.9)
        #expect(editor.told(create) == 0, "not what is soon over")
        editor.stage.run(0.2)
        #expect(editor.told(create) == 1 && editor.told("$/progress") == 0, "nothing before the client has it")
        editor.stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-editor-1","result":null}"#)
        editor.stage.run(0.1)
        #expect(editor.told("$/progress") == 1 && editor.said("\"kind\":\"begin\"") == 1)
        editor.stage.run(5)
        #expect(editor.told("$/progress") == 2 && editor.said("\"kind\":\"end\"") == 1)
    }

    /// A client that has not declared it is not asked; one that refuses, or never answers, is told nothing.
    @Test(arguments: ["{}", #"{"window":{"workDoneProgress":false}}"#]) func workIsNotShownToEverybody(_ can: String) {
        let editor = replacing(can)
        editor.stage.run(8)
        #expect(editor.told(create) == 0 && editor.told("$/progress") == 0)
    }

    @Test(arguments: [true, false]) func aClientThatDoesNotTakeItIsToldNothing(_ refuses: Bool) {
        let editor = replacing(#"{"window":{"workDoneProgress":true}}"#)
        editor.stage.run(1.1)
        if refuses {
            editor.stage.loop.send(
                #"{"jsonrpc":"2.0","id":"engagement-rpc-editor-1","error":{"code":-1,"message":""}}"#)
        }
        editor.stage.run(8)
        #expect(editor.told(create) == 1 && editor.told("$/progress") == 0)
        editor.stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-editor-1","result":null}"#)
        editor.stage.run(1)
        #expect(editor.told("$/progress") == 0, "it is over by then")
    }

    /// A token of the client's own begins at once, and ends before the answer.
    @Test func theTokenOfARequest() {
        let editor = EditorStage(["/v2/engagements/": [.answer(200, #"{"contacts":[]}"#, after: 1)]])
        editor.stage.loop.send(
            #"{"jsonrpc":"2.0","id":70,"method":"workspace/executeCommand","params":{"command":"engagementRpc.openAttendees","arguments":["ngmt_a"],"workDoneToken":7}}"#
        )
        editor.stage.run(0.5)
        #expect(editor.said(#""token":7,"value":{"kind":"begin""#) == 1 && editor.stage.answer(70) == nil)
        editor.stage.run(2)
        #expect(editor.said(#""token":7,"value":{"kind":"end""#) == 1 && editor.stage.answer(70) != nil)
    }

    @Test(arguments: [
        (nil, 1), ("[]", 1), (#"["refactor"]"#, 1), (#"["quickfix","refactor"]"#, 1), (#"[""]"#, 1),
        (#"["quickfix"]"#, 0), (#"["refactor.rewrite"]"#, 0), (#"["ref"]"#, 0), (#"["source"]"#, 0),
    ])
    func actionsOfTheKindThatIsWanted(_ only: String?, _ count: Int) {
        let editor = EditorStage(capabilities: #"{"textDocument":{"codeAction":{"codeActionLiteralSupport":{}}}}"#)
        editor.open("ngmt_a")
        let id = editor.askActions(2, only: only)
        editor.stage.run(0.1)
        let text = editor.stage.answer(id)?.text ?? ""
        #expect(text.components(separatedBy: #""kind":"refactor""#).count - 1 == count, "\(text)")
    }

    /// A save ends the typing: what was being typed gets its hint and its mark, though no change follows.
    @Test func aSaveEndsTheTyping() {
        let editor = EditorStage(capabilities: EditorStage.pulling)
        editor.open(" ")
        editor.type("cnt_a")
        #expect(editor.hints() == [] && editor.asked == [] && editor.told("workspace/inlayHint/refresh") == 0)
        editor.save()
        editor.stage.run(1)
        #expect(editor.told("workspace/inlayHint/refresh") == 1)
        _ = editor.hints()
        #expect(editor.hints() == ["Ada"])
        let told = editor.told("workspace/inlayHint/refresh")
        editor.save()
        editor.stage.run(1)
        #expect(editor.told("workspace/inlayHint/refresh") == told, "nothing new")
    }

    /// In an attendees document a name that is written beside the id is not said again.
    @Test func noHintSaysWhatIsWritten() {
        let engagement = #"{"id":"ngmt_a","title":"Kickoff","contacts":[{"id":"cnt_a"}]}"#
        let editor = EditorStage(["/v2/engagements/": [.answer(200, engagement)]])
        let text = "# Kickoff (ngmt_a)\ncnt_a Ada <a@x.io>\ncnt_b\n# cnt_c is Ada, too\ncnt_d Ida\n"
        editor.open(text, uri: Self.uri)
        editor.open(text, uri: "file:///a")
        func hints(_ uri: String) -> [String]? {
            let id = editor.askHints(uri: uri)
            editor.stage.run(3)
            return editor.labels(id)
        }
        #expect(hints(Self.uri) == ["Ada", "Ada"])
        #expect(hints("file:///a") == ["Kickoff", "Ada", "Ada", "Ada", "Ada"], "in other texts each id has one")
    }
}
