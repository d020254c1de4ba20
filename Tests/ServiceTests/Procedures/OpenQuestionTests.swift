import Bytes
import HTTP
import JSON
import Testing

@testable import Service

/// An open question takes no place, holds nobody up but the writes in its line, and the person's time is nobody's.
@Suite struct OpenQuestionTests {
    @Test(arguments: [1, 2]) func takesNoPlace(maxInFlight: Int) {
        let host = AgentStage { $0.maxInFlight = maxInFlight }
        for number in 1...3 {
            host.replace(number, "ngmt_q\(number)")
            host.stage.run(1)
            #expect(host.isAsked(number) && host.stage.service.calls.placesTaken == 0)
        }
        for id in 4...9 { host.get(id, "ngmt_r\(id)") }
        host.stage.run(1)
        for id in 4...9 { #expect(host.stage.answer(id)?.isResult == true, "\(id)") }
        for number in 1...3 { host.answer(number) }
        host.stage.run(1)
        for id in 1...3 { #expect(host.stage.answer(id)?.isResult == true, "\(id)") }
        #expect(host.written == ["ngmt_q1", "ngmt_q2", "ngmt_q3"])
        #expect(host.stage.service.calls.inFlight == 0 && host.stage.service.calls.placesTaken == 0)
    }

    /// Those in line behind a question take none either, so that others pass them.
    @Test func writesInItsLineTakeNoPlaceAndFollowIt() {
        let host = AgentStage { $0.maxInFlight = 1 }
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        host.tool(2, "engagement_add_contacts", #"{"engagement_id":"ngmt_q","contact_ids":["cnt_z"]}"#)
        host.tool(3, "engagement_add_contacts", #"{"engagement_id":"ngmt_q","contact_ids":["cnt_y"]}"#)
        host.get(4, "ngmt_r")
        host.tool(5, "engagement_add_contacts", #"{"engagement_id":"ngmt_s","contact_ids":["cnt_z"]}"#)
        host.stage.run(1)
        #expect(host.stage.answer(4)?.isResult == true && host.stage.answer(5)?.isResult == true)
        #expect(host.written == ["ngmt_s"] && host.stage.answer(2) == nil && host.stage.service.calls.placesTaken == 0)
        host.answer(1)
        host.stage.run(1)
        #expect(host.written == ["ngmt_s", "ngmt_q", "ngmt_q", "ngmt_q"])
        for id in 1...3 { #expect(host.stage.answer(id)?.isResult == true, "\(id)") }
    }

    /// Their own time goes on: a caller is told when it has promised to be.
    @Test func writesInItsLineHaveTheirOwnTime() {
        let host = AgentStage {
            $0.maxInFlight = 1
            $0.timeoutMs = 5000
        }
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        host.tool(2, "engagement_add_contacts", #"{"engagement_id":"ngmt_q","contact_ids":["cnt_z"]}"#)
        host.stage.run(6)
        let answer = host.stage.answer(2)
        #expect(answer?.text.contains("waited for a person's answer") == true, "\(answer as Any)")
        #expect(answer?.text.contains(#"\"kind\":\"timeout\""#) == true, "\(answer as Any)")
        #expect(answer?.text.contains(#"\"applied\":\"no\""#) == true)
        host.stage.run(200)
        host.answer(1)
        host.stage.run(1)
        #expect(host.stage.answer(1)?.isResult == true && host.written == ["ngmt_q"])
    }

    /// While places are taken, and calls wait for one, a yes is read all the same, and comes before them.
    @Test func theYesIsReadBehindCallsThatWait() {
        let host = AgentStage(["ngmt_slow": [.answer(200, after: 5)]]) { $0.maxInFlight = 1 }
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        for id in 2...40 { host.get(id, id == 2 ? "ngmt_slow" : "ngmt_r\(id)") }
        host.answer(1)
        // Ended behind calls that wait, too.
        host.replace(50, "ngmt_t")
        host.stage.run(20)
        #expect(host.stage.answer(1)?.isResult == true && host.written == ["ngmt_q"])
        let order = host.stage.order.filter { $0.first?.isNumber == true && $0 != "0" }
        #expect(Array(order.prefix(3)) == ["2", "1", "3"], "\(order)")
        #expect(order.dropFirst(2).elementsEqual((3...40).map(String.init)), "\(order)")
        #expect(host.isAsked(2) && host.stage.service.calls.placesTaken == 0)
    }

    @Test func aCancellationIsReadBehindCallsThatWait() {
        let host = AgentStage(["ngmt_slow": [.answer(200, after: 5)]]) { $0.maxInFlight = 1 }
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        for id in 2...4 { host.get(id, id == 2 ? "ngmt_slow" : "ngmt_r") }
        host.stage.loop.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
        host.stage.run(1)
        #expect(host.stage.service.calls.inFlight == 1, "the slow one alone")
        host.answer(1)
        host.stage.run(20)
        #expect(host.written.isEmpty && host.stage.answers["1"] == nil)
        for id in 2...4 { #expect(host.stage.answer(id)?.isResult == true) }
    }

    @Test func nobodyAnswersForFiveMinutes() {
        let host = AgentStage { $0.timeoutMs = 2000 }
        host.replace(1, "ngmt_q")
        host.stage.run(299)
        #expect(host.isAsked(1) && host.stage.answer(1) == nil)
        host.stage.run(2)
        let answer = host.stage.answer(1)
        #expect(answer?.text.contains(#"\"kind\":\"declined\""#) == true, "\(answer as Any)")
        host.answer(1)
        host.stage.run(1)
        #expect(host.written.isEmpty && host.stage.answers["1"]?.count == 1)
    }

    /// The call goes on with what it had left, and looking people up leaves half of it for the change.
    @Test func lookingUpLeavesTimeForTheChange() {
        let host = AgentStage(["/v2/contacts/": [.silence]]) { ($0.timeoutMs, $0.maxAttempts) = (8000, 1) }
        host.replace(1, "ngmt_q")
        host.stage.run(4.5)
        #expect(host.isAsked(1), "who does not answer is asked about by id")
        #expect(host.stage.answers[#""engagement-rpc-1""#]?.first?.text.contains(#"  cnt_n\n"#) == true)
        host.stage.run(100)
        host.answer(1)
        host.stage.run(1)
        #expect(host.stage.answer(1)?.isResult == true && host.written == ["ngmt_q"])
    }

    /// However many questions a host leaves open, all of them can be answered, and never more than may are worked on.
    @Test func thousandsOfQuestions() {
        let host = AgentStage { $0.maxInFlight = 3 }
        var most = 0
        host.stage.loop.onTurn = { most = max(most, host.stage.service.calls.placesTaken) }
        let count = Turns.parkedLimit + 2
        for id in 1...count {
            host.stage.loop.send(
                #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"contact_delete","arguments":{"contact_id":"cnt_\#(id)"}}}"#
            )
        }
        host.stage.run(60)
        #expect((1...count).allSatisfy(host.isAsked) && host.stage.service.calls.placesTaken == 2)
        host.get(9000, "ngmt_r")
        host.stage.run(1)
        #expect(host.stage.answer(9000)?.isResult == true)
        for number in 1...count {
            host.stage.loop.send(
                #"{"jsonrpc":"2.0","id":"engagement-rpc-\#(number)","result":{"action":"accept","content":{"confirm":true}}}"#
            )
        }
        host.stage.run(60)
        #expect((1...count).allSatisfy { host.stage.answer($0)?.isResult == true } && most == 3)
        #expect(host.written.count == count && host.stage.service.calls.inFlight == 0)
    }

    @Test func theEndOfInputEndsIt() {
        let host = AgentStage { $0.maxInFlight = 1 }
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        host.stage.loop.closeInput()
        #expect(host.stage.run(3) == .ended)
        #expect(host.written.isEmpty)
    }

    /// Another process has replaced the contacts meanwhile and put them back: what is undone is what was shown.
    @Test func anUndoCarriesOutWhatWasShown() {
        let journal = FakeJournal()
        func note(_ number: Int, _ before: [String]) {
            journal.append(
                JournalEventStory.begin(number, "ngmt_q", before: before, wanted: ["cnt_a", "cnt_b"]), token: nil)
        }
        note(1, ["cnt_c"])
        let host = AgentStage(journal: journal)
        host.tool(1, "engagement_undo", #"{"engagement_id":"ngmt_q"}"#)
        host.stage.run(1)
        #expect(host.isAsked(1))
        note(2, ["cnt_d"])
        host.answer(1)
        host.stage.run(1)
        #expect(host.stage.sent.filter { $0.verb == .put }.map(\.body) == [#"{"contact_ids":["cnt_c"]}"#])
    }
}

/// With a token there is a sign of life every 15 s at the least, whatever is waited for.
@Suite struct SignsOfLifeTests {
    private func gaps(_ times: [Double], _ from: Double, _ to: Double) -> Double {
        zip([from] + times, times + [to]).map { $1 - $0 }.max() ?? to - from
    }

    @Test func whileOneRequestIsSlow() {
        let host = AgentStage(["ngmt_slow": [.answer(200, after: 70)]]) {
            ($0.timeoutMs, $0.maxAttempts) = (100_000, 1)
        }
        host.get(1, "ngmt_slow", token: "7")
        host.get(2, "ngmt_slow")
        host.stage.run(200)
        let end = host.stage.answer(1)?.at ?? 0
        let times = host.progress("7")
        #expect(gaps(times, 0, end) <= 15 && end > 70 && times.allSatisfy { $0 < end }, "\(times)")
        #expect(host.stage.answers["-", default: []].count == times.count, "none without a token")
        let numbers = host.stage.answers["-", default: []].compactMap { answer in
            answer.text.firstMatch(of: /"progress":(\d+)/).flatMap { Int($0.1) }
        }
        #expect(numbers == Array(1...times.count), "they rise")
    }

    @Test func whileAPersonIsAskedAndInLineBehind() {
        let host = AgentStage { ($0.timeoutMs, $0.maxInFlight) = (400_000, 1) }
        host.replace(1, "ngmt_q", token: "\"a\"")
        host.tool(
            2, "engagement_add_contacts", #"{"engagement_id":"ngmt_q","contact_ids":["cnt_z"]}"#, token: "\"b\"")
        host.stage.run(250)
        host.answer(1)
        host.stage.run(1)
        for (id, token) in [(1, "\"a\""), (2, "\"b\"")] {
            let times = host.progress(token)
            #expect(gaps(times, 0, host.stage.answer(id)?.at ?? 0) <= 15 && times.count > 15, "\(token): \(times)")
        }
        let told = host.stage.answers["-", default: []].map(\.text).joined()
        #expect(told.contains("A person is being asked") && told.contains("Other calls come first"))
        host.stage.run(100)
        #expect(host.progress("\"a\"").count == 25, "none when it is over")
    }
}
