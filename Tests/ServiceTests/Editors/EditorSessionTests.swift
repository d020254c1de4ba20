import HTTP
import Testing

@testable import Service

/// A session of the Language Server Protocol under a manual clock: what is owed, given up, pushed and asked.
@Suite struct EditorSessionTests {
    @Test func aCancelledRequestIsAnsweredOnce() {
        let editor = EditorStage(["/v2/contacts/": [EditorStage.named("Ada", after: 1)]])
        editor.open("cnt_a")
        let id = editor.askHover(2)
        editor.stage.run(0.1)
        editor.stage.cancel(id)
        editor.stage.run(3)
        #expect(editor.stage.answer(id)?.code == -32800)
        editor.stage.cancel(id)
        let again = editor.askHover(2)
        editor.stage.run(3)
        #expect(editor.stage.answer(again)?.text.contains("Ada") == true)
    }

    @Test func anIDThatIsOwedIsInUse() {
        let editor = EditorStage(["/v2/contacts/": [EditorStage.named("Ada", after: 1)]])
        editor.open("cnt_a")
        let id = editor.askHover(2)
        editor.stage.run(0.1)
        editor.stage.get(id)
        editor.stage.run(3)
        let answers = editor.stage.answers["\(id)", default: []]
        #expect(answers.map(\.code) == [-32600, nil])
    }

    @Test func atTheEndOfInputWhatIsOwedIsAnswered() {
        let editor = EditorStage(["/v2/contacts/": [.silence]])
        editor.open("cnt_a cnt_b")
        let (hover, hints) = (editor.askHover(2), editor.askHints())
        editor.stage.run(0.1)
        editor.stage.loop.closeInput()
        #expect(editor.stage.run(5) == .ended)
        #expect(editor.stage.loop.now.offset < 1, "look-ups hold nothing up")
        #expect(editor.stage.answer(hover)?.text.contains(#""result":null"#) == true)
        #expect(editor.stage.answer(hints)?.text.contains(#""result":[]"#) == true)
    }

    @Test func aSignalAnswersWhatIsOwedAndWaitsForNoLookUp() {
        let editor = EditorStage(["/v2/contacts/": [.silence]])
        editor.open("cnt_a cnt_b")
        let hover = editor.askHover(2)
        editor.stage.run(0.1)
        editor.stage.loop.signal()
        #expect(editor.stage.run(5) == .ended)
        #expect(editor.stage.loop.now.offset < 0.5)
        #expect(editor.stage.answer(hover)?.text.contains(#""result":null"#) == true)
    }

    @Test func exitDoesNotWaitForLookUps() {
        let editor = EditorStage(["/v2/contacts/": [.silence]])
        editor.open("cnt_a cnt_b")
        _ = editor.askHover(2)
        editor.stage.run(0.1)
        editor.stage.loop.send(#"{"jsonrpc":"2.0","id":50,"method":"shutdown"}"#)
        editor.stage.loop.send(#"{"jsonrpc":"2.0","method":"exit"}"#)
        #expect(editor.stage.run(5) == .ended)
        #expect(editor.stage.loop.now.offset < 0.5)
        #expect(editor.stage.service.exitCode == 0)
    }

    @Test func diagnosticsArePushedHalfASecondAfterTheLastChange() {
        let editor = EditorStage(["/v2/contacts/cnt_gone": [.answer(404, "{}")]])
        let push = "textDocument/publishDiagnostics"
        editor.open(" cnt_gone cnt_a")
        editor.stage.run(0.4)
        editor.type("x")
        editor.stage.run(0.4)
        #expect(editor.asked == [] && editor.told(push) == 0)
        editor.stage.run(2)
        #expect(editor.told(push) == 1)
        editor.type("x")
        editor.stage.run(3)
        #expect(editor.told(push) == 2, "its place has moved")
        editor.stage.loop.send(
            #"{"jsonrpc":"2.0","method":"textDocument/didSave","params":{"textDocument":{"uri":"file:///a"}}}"#)
        editor.stage.run(3)
        #expect(editor.told(push) == 2, "the same ones are not sent twice")
        editor.close()
        editor.stage.run(3)
        #expect(editor.told(push) == 3, "and none stays behind")
    }

    @Test func fiveHundredIDsAreLookedUpForDiagnostics() {
        let editor = EditorStage()
        editor.open((0..<600).map { "cnt_\($0)" }.joined(separator: " "))
        editor.stage.run(60)
        #expect(editor.asked.count == 500)
    }

    @Test func aSearchThatNobodyWaitsForIsNotMade() {
        let editor = EditorStage([
            "/v2/contacts?": [
                .answer(200, #"{"data":[{"id":"cnt_z","first_name":"Zoe"}],"has_more":false}"#, after: 0.5)
            ]
        ]) { $0.maxConnections = 1 }
        editor.open("cnt_zo")
        let first = editor.askCompletion(5)
        editor.stage.run(0.05)
        let (second, third) = (editor.askCompletion(5), editor.askCompletion(6))
        editor.stage.cancel(second)
        editor.stage.run(3)
        #expect(editor.labels(first) == ["Zoe"] && editor.labels(third) == ["Zoe"])
        #expect(editor.stage.answer(second)?.code == -32800)
        #expect(editor.stage.sent.count { $0.target.contains("search=") } == 2)
    }

    @Test func aSearchThatFailsFindsNothing() {
        let editor = EditorStage(["/v2/contacts?": [.answer(403, "{}")]])
        editor.open("cnt_zo")
        let id = editor.askCompletion(6)
        editor.stage.run(3)
        #expect(editor.labels(id) == [])
    }

    @Test func hoverIsAnsweredFromMemoryAndOfNoIDWithoutALookUp() {
        let editor = EditorStage()
        editor.open("cnt_a word")
        let first = editor.askHover(2)
        editor.stage.run(1)
        let (again, none) = (editor.askHover(2), editor.askHover(8))
        editor.stage.run(0.005)
        #expect(editor.stage.answer(first)?.isResult == true && editor.stage.answer(again)?.isResult == true)
        #expect(editor.stage.answer(none)?.text.contains(#""result":null"#) == true)
        #expect(editor.asked == ["cnt_a"])
    }

    @Test func aThousandOpenRequestsAreTheMost() {
        let editor = EditorStage(["/v2/contacts/": [.silence]])
        editor.open("cnt_a")
        let ids = (0..<1010).map { _ in editor.askHover(2) }
        editor.stage.run(0.2)
        #expect(ids.prefix(10).allSatisfy { editor.stage.answer($0) != nil })
        #expect(ids.dropFirst(10).allSatisfy { editor.stage.answer($0) == nil })
    }
}
