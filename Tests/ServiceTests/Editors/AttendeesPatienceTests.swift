import HTTP
import Testing

@testable import Service

/// Questions about attendees documents under a manual clock.
@Suite struct AttendeesPatienceTests {
    private static let uri = "file:///ngmt_a.attendees"
    private static let engagement = #"{"id":"ngmt_a","title":"T","contacts":[{"id":"cnt_a"}]}"#

    private func begin(_ text: String = "cnt_a\ncnt_b\n") -> EditorStage {
        let editor = EditorStage(["/v2/engagements/": [.answer(200, Self.engagement)]])
        editor.open(text, uri: Self.uri)
        editor.stage.run(1)
        return editor
    }

    private func writes(_ editor: EditorStage) -> Int { editor.stage.sent.count { $0.verb == .put } }

    /// A person who does not answer for an hour: nothing happens, nothing is held, and a late yes writes nothing.
    @Test func anHourWithoutAnAnswer() {
        let editor = begin()
        editor.save(uri: Self.uri)
        editor.stage.run(1)
        #expect(editor.told("window/showMessageRequest") == 1)
        // Hover goes on meanwhile, and a second save asks nothing.
        let hover = editor.stage.answers.count
        editor.save(uri: Self.uri)
        editor.stage.run(3600)
        #expect(editor.told("window/showMessageRequest") == 1)
        #expect(editor.stage.service.progress.inFlight == 0)
        #expect(editor.stage.answers.count >= hover)
        let told = editor.told("window/showMessage")
        editor.stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-1","result":{"title":"Replace"}}"#)
        editor.stage.run(1)
        #expect(writes(editor) == 0)
        #expect(editor.told("window/showMessage") == told + 1, "the person is told that it was too late")
        editor.stage.loop.closeInput()
        #expect(editor.stage.run(5) == .ended)
    }

    @Test func aYesIsCarriedOutOnce() {
        let editor = begin()
        editor.save(uri: Self.uri)
        editor.stage.run(200)
        for _ in 0..<2 {
            editor.stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-1","result":{"title":"Replace"}}"#)
            editor.stage.run(5)
        }
        #expect(writes(editor) == 1)
    }

    /// Open questions take none of the places of look-ups.
    @Test func questionsHoldNothingUp() {
        let editor = EditorStage(["/v2/engagements/": [.answer(200, #"{"contacts":[{"id":"cnt_a"}]}"#)]])
        for number in 0..<6 {
            let uri = "file:///ngmt_\(number).attendees"
            editor.open("cnt_a\ncnt_b\n", uri: uri)
            editor.stage.run(1)
            editor.save(uri: uri)
        }
        editor.stage.run(1)
        #expect(editor.told("window/showMessageRequest") == 6)
        editor.open("cnt_new")
        #expect(editor.hints() == ["Ada"])
    }
}
