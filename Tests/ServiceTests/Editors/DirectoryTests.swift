import HTTP
import Testing

@testable import Service

/// The names of records: how long they stay, and whom their look-ups make way for.
@Suite struct DirectoryTests {
    @Test func namesAreFreshForAMinuteThenShownAndFetchedAnew() {
        let editor = EditorStage(
            capabilities: EditorStage.refreshing,
            ["/v2/contacts/": [EditorStage.named("Ada"), EditorStage.named("Ida")]])
        editor.open("cnt_a", uri: "file:///a")
        #expect(editor.hints() == [], "nothing is known yet")
        #expect(editor.told("workspace/inlayHint/refresh") == 1)
        #expect(editor.hints() == ["Ada"] && editor.asked == ["cnt_a"])
        editor.stage.run(50)
        #expect(editor.hints() == ["Ada"] && editor.asked == ["cnt_a"])
        editor.stage.run(10)
        let id = editor.askHints()
        editor.stage.run(0.005)
        #expect(editor.labels(id) == ["Ada"], "the old name at once")
        editor.stage.run(1)
        #expect(editor.asked == ["cnt_a", "cnt_a"] && editor.told("workspace/inlayHint/refresh") == 2)
        #expect(editor.hints() == ["Ida"] && editor.asked.count == 2)
    }

    @Test func whatIsAsItWasIsNoNews() {
        let editor = EditorStage(capabilities: EditorStage.refreshing)
        editor.open("cnt_a")
        _ = editor.hints()
        editor.stage.run(100)
        #expect(editor.hints() == ["Ada"] && editor.asked.count == 2)
        #expect(editor.told("workspace/inlayHint/refresh") == 1)
    }

    /// Ten thousand names are kept. Those that nobody has looked at for longest go first.
    @Test(arguments: [(9000, 1), (10_500, 2)]) func theOldestNamesGo(_ count: Int, _ lookUps: Int) {
        let editor = EditorStage(capabilities: EditorStage.pulling)
        editor.open((0..<count).map { "cnt_\($0)" }.joined(separator: "\n"))
        _ = editor.askHints(0..<3)
        editor.stage.run(1)
        #expect(editor.asked.sorted() == ["cnt_0", "cnt_1", "cnt_2"])
        _ = editor.askHints(100..<count)
        _ = editor.askHints(0..<3)
        editor.stage.run(1)
        #expect(editor.asked.count { $0 == "cnt_1" } == lookUps)
        _ = editor.askHints(count - 3..<count)
        editor.stage.run(1)
        #expect(editor.asked.count { $0 == "cnt_\(count - 1)" } == 1, "what was looked at last is there")
    }

    @Test func fourAtATime() {
        let editor = EditorStage(["/v2/contacts/": [EditorStage.named("Ada", after: 0.1)]])
        editor.open((0..<20).map { "cnt_\($0)" }.joined(separator: "\n"))
        var most = 0
        editor.stage.loop.onTurn = { [unowned editor] in most = max(most, editor.stage.transport.runningCount) }
        #expect(editor.hints()?.count == 20)
        #expect(most == 4 && editor.asked.count == 20)
    }

    @Test func aClientWithoutRefreshWaitsTwoSeconds() {
        let editor = EditorStage(["/v2/contacts/cnt_b": [.silence]])
        editor.open("cnt_a cnt_b cnt_c")
        editor.stage.run(0.2)
        let id = editor.askHints()
        editor.stage.run(1.9)
        #expect(editor.labels(id) == nil)
        editor.stage.run(0.2)
        #expect(editor.labels(id) == ["Ada", "Ada"])
    }

    @Test func hostsCallsGoFirst() {
        let editor = EditorStage(["/v2/engagements/": [.answer(200, after: 1)]]) { $0.maxConnections = 2 }
        for id in 101...106 { editor.stage.get(id, "ngmt_\(id)") }
        editor.open("cnt_a cnt_b cnt_c")
        let id = editor.askHover(2)
        editor.stage.run(2.9)
        #expect(editor.asked.filter { $0.hasPrefix("cnt_") } == [], "three rounds of two calls")
        editor.stage.run(2)
        #expect(editor.stage.answer(id)?.text.contains("Ada") == true)
    }

    /// Look-ups take no place, so even with one place a call of the host begins at once.
    @Test func lookUpsTakeNoPlace() {
        let editor = EditorStage(["/v2/contacts/": [.silence]]) { $0.maxInFlight = 1 }
        editor.open("cnt_a cnt_b cnt_c cnt_d cnt_e")
        _ = editor.askHover(2)
        editor.stage.run(0.5)
        editor.stage.get(100)
        editor.stage.run(0.1)
        #expect(editor.stage.answer(100)?.isResult == true)
    }

    @Test func aPauseLeavesTheOldNames() {
        let throttled = Fate.answer(429, "{}", [(.retryAfter, "20")])
        let editor = EditorStage(
            capabilities: EditorStage.refreshing,
            ["/v2/contacts/": [EditorStage.named("Ada"), throttled, EditorStage.named("Ida")]])
        editor.open("cnt_a")
        _ = editor.hints()
        editor.stage.run(70)
        #expect(editor.hints() == ["Ada"])
        #expect(editor.hints() == ["Ada"] && editor.asked.count == 2)
        editor.stage.run(100)
        _ = editor.hints()
        #expect(editor.hints() == ["Ida"])
    }

    @Test func afterAPauseWhatWasLeftOutIsShown() {
        let throttled = Fate.answer(429, "{}", [(.retryAfter, "20")])
        let editor = EditorStage(
            capabilities: EditorStage.refreshing, ["/v2/contacts/": [throttled, EditorStage.named("Ada")]])
        editor.open("cnt_a")
        #expect(editor.hints() == [] && editor.told("workspace/inlayHint/refresh") == 0)
        editor.stage.run(22)
        #expect(editor.told("workspace/inlayHint/refresh") > 0)
        _ = editor.hints()
        #expect(editor.hints() == ["Ada"])
    }

    @Test func aRefusedTokenIsNotTriedForEachID() {
        let editor = EditorStage(["/v2/contacts/": [.answer(401, "{}")]])
        editor.open((0..<300).map { "cnt_\($0)" }.joined(separator: " "))
        #expect(editor.hints() == [])
        #expect(editor.asked.count <= 8, "\(editor.asked.count)")
    }

    @Test func aWriteOfThisProcessForgetsWhatItChanged() {
        let editor = EditorStage()
        editor.open("ngmt_a ngmt_b cnt_a")
        #expect(editor.hints() == ["Kickoff", "Kickoff", "Ada"])
        let before = editor.asked.count
        editor.stage.put(100, "ngmt_a")
        editor.stage.run(1)
        _ = editor.hints()
        #expect(editor.asked.dropFirst(before) == ["contacts", "ngmt_a"])
        let now = editor.asked.count
        editor.stage.loop.send(
            #"{"jsonrpc":"2.0","id":101,"method":"contact.update","params":{"contact_id":"cnt_z","first_name":"Z"}}"#)
        editor.stage.run(1)
        _ = editor.hints()
        #expect(
            Set(editor.asked.dropFirst(now)) == ["cnt_z", "ngmt_a", "ngmt_b", "cnt_a"],
            "a contact's name stands elsewhere")
    }

    /// An answer from before a write is not taken for what is there after it.
    @Test func anAnswerFromBeforeAWriteIsOld() {
        let editor = EditorStage([
            "/v2/engagements/ngmt_a?": [
                .answer(200, #"{"title":"Before"}"#, after: 1), .answer(200, #"{"title":"After"}"#),
            ]
        ])
        editor.open("ngmt_a")
        let id = editor.askHover(2)
        editor.stage.run(0.1)
        editor.stage.put(100, "ngmt_a")
        editor.stage.run(3)
        #expect(editor.stage.answer(id)?.text.contains("After") == true, "\(editor.stage.answers)")
    }

    @Test func anEngagementIsReadWithoutContactsWhereTheTokenMayNot() {
        let editor = EditorStage([
            "expand=contacts": [.answer(403, "{}")], "/v2/engagements/ngmt_b": [.answer(200, #"{"title":"Other"}"#)],
        ])
        editor.open("ngmt_a")
        #expect(editor.hints() == ["Kickoff"] && editor.asked.count == 2)
        editor.open("ngmt_b")
        #expect(editor.hints() == ["Other"] && editor.asked.count == 3)
    }

    @Test func aClosedDocumentIsNotLookedUp() {
        let editor = EditorStage(["/v2/contacts/": [EditorStage.named("Ada", after: 1)]])
        editor.open((0..<50).map { "cnt_\($0)" }.joined(separator: " "))
        let id = editor.askHints()
        editor.stage.run(0.5)
        editor.close()
        editor.stage.run(30)
        #expect(editor.asked.count == 4 && editor.labels(id) == [])
    }

    @Test func tenThousandNamesAreKept() {
        let editor = EditorStage()
        editor.open((0..<10_500).map { "cnt_\($0)" }.joined(separator: "\n"))
        for start in stride(from: 0, to: 10_500, by: 500) {
            let id = editor.askHints(start..<start + 500)
            editor.stage.run(2.1)
            #expect(editor.labels(id)?.count == 500)
        }
        let before = editor.asked.count
        let id = editor.askHints(10_400..<10_500)
        editor.stage.run(2.1)
        #expect(editor.labels(id)?.count == 100 && editor.asked.count <= before + 100)
    }

    @Test func aRateHoldsForLookUpsToo() {
        let editor = EditorStage { $0.maxCallsPerSecond = 2 }
        editor.open((0..<12).map { "cnt_\($0)" }.joined(separator: " "))
        editor.stage.run(3.05)
        #expect((6...8).contains(editor.asked.count), "\(editor.asked.count)")
        editor.stage.get(100)
        editor.stage.run(0.6)
        #expect(editor.stage.answer(100)?.isResult == true, "it waits for one token only")
    }
}
