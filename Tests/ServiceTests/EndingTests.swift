import HTTP
import Testing

@testable import Service

/// The end of the input, signals, and a host that is gone, while calls are under way.
@Suite struct EndingTests {
    @Test func theEndOfInputLetsEverythingFinish() {
        let stage = Stage([.answer(200, after: 5)]) { $0.maxInFlight = 2 }
        for id in 0..<6 { stage.put(id, "ngmt_\(id)") }
        stage.loop.closeInput()
        #expect(stage.run(60) == .ended)
        #expect(stage.answers.count == 6 && stage.answers.values.allSatisfy { $0[0].isResult })
    }

    @Test func aLastLineWithoutItsNewlineIsServed() {
        let stage = Stage()
        stage.loop.send(Array(#"{"jsonrpc":"2.0","id":1,"method":"service.ping"}"#.utf8))
        stage.run(1)
        #expect(stage.answers.isEmpty)
        stage.loop.closeInput()
        #expect(stage.run(1) == .ended)
        #expect(stage.answer(1)?.isResult == true)
    }

    /// All places are taken, so nothing is read any more: that the client has gone is noticed all the same.
    @Test(arguments: [true, false])
    func anMCPClientThatLeavesIsNoticedWhileNothingIsRead(isMCP: Bool) throws {
        let stage = Stage([.answer(200, after: 8)]) { $0.maxInFlight = 2 }
        if isMCP {
            stage.loop.send(
                #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#)
        }
        stage.get(1)
        stage.put(2)
        stage.put(3)
        stage.run(0.1)
        stage.loop.closeInput()
        #expect(stage.run(60) == .ended)
        if isMCP {
            #expect(stage.loop.now.offset < 2)
            #expect(stage.answer(1)?.kind == "shutting_down" && stage.answer(2)?.applied == "unknown")
            #expect(stage.sent.count == 2, "what was left unread is not begun")
        } else {
            #expect(stage.answers.count == 3 && stage.answers.values.allSatisfy { $0[0].isResult })
        }
    }

    @Test func anMCPClientThatLeavesAfterABadHeaderIsNoticed() {
        let stage = Stage([.answer(200, after: 8)]) { $0.framing = .headers }
        func frame(_ text: String) { stage.loop.send(Array("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)) }
        frame(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#)
        frame(#"{"jsonrpc":"2.0","id":1,"method":"engagement.get","params":["ngmt_a"]}"#)
        stage.loop.send(Array("Content-Type: x\r\n\r\n".utf8))
        stage.run(0.1)
        stage.loop.closeInput()
        #expect(stage.run(60) == .ended)
        #expect(stage.loop.now.offset < 2)
    }

    /// What an MCP client has said before it closed its end is served, reads and the line of writes as well, but for no
    /// longer than the grace.
    @Test func whatAnMCPClientSaidBeforeItLeftHasAMoment() throws {
        let stage = Stage([.answer(200, after: 0.6)]) { $0.maxInFlight = 6 }
        stage.loop.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#)
        for id in 1...4 { stage.put(id) }
        for id in 5...6 { stage.get(id) }
        stage.loop.send(#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#)
        stage.loop.closeInput()
        #expect(stage.run(60) == .ended)
        #expect(stage.loop.now.offset < 1.7)
        for id in [1, 2, 5, 6, 7] { #expect(stage.answer(id)?.isResult == true, "\(id)") }
        #expect(stage.answer(3)?.kind == "shutting_down" && stage.answer(3)?.applied == "unknown")
        #expect(stage.answer(4)?.kind == "shutting_down" && stage.answer(4)?.applied == "no")
    }

    @Test func aSignalGivesRunningCallsAMoment() throws {
        let stage = Stage([.answer(200, after: 1), .silence])
        stage.put(1, "ngmt_1")
        stage.put(2, "ngmt_2")
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(stage.loop.now.offset < 1.9)
        #expect(stage.answer(1)?.isResult == true)
        let answer = try #require(stage.answer(2))
        #expect(answer.kind == "shutting_down" && answer.code == 1006, "\(answer)")
        #expect(answer.applied == "unknown" && answer.attempts == 1, "\(answer)")
        #expect(stage.service.isCutShort)
    }

    @Test func whatIsDoneInTheGraceIsNotCutShort() {
        let stage = Stage([.answer(200, after: 1), .answer(422)])
        stage.put(1, "ngmt_1")
        stage.put(2, "ngmt_2")
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(!stage.service.isCutShort && stage.answer(2)?.code == 422)
    }

    /// What was read but not begun is refused and not sent.
    @Test func aSignalRefusesWhatWaits() {
        let stage = Stage([.silence]) { $0.maxInFlight = 1 }
        for id in 1...3 { stage.put(id, "ngmt_\(id)") }
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(stage.sent.count == 1)
        for id in 2...3 {
            #expect(stage.answer(id)?.kind == "shutting_down" && stage.answer(id)?.applied == "no")
            #expect(stage.answer(id)?.attempts == 0)
        }
        #expect(stage.service.isCutShort)
    }

    /// A failure during the grace is told and not tried again.
    @Test func aSignalEndsRetries() {
        let stage = Stage([.answer(500, after: 0.5)])
        stage.put(1)
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(stage.answer(1)?.code == 500 && stage.sent.count == 1)
        #expect(stage.loop.now.offset < 0.7 && stage.service.isCutShort)
    }

    @Test(arguments: [true, false])
    func aSecondSignalIsTheEndAtOnce(hostReads: Bool) {
        let stage = Stage([.silence])
        stage.loop.hostReads = hostReads
        stage.loop.pipeCapacity = 10
        stage.loop.send(#"{"jsonrpc":"2.0","id":0,"method":"service.ping"}"#)
        stage.put(1)
        stage.run(0.1)
        stage.loop.signal()
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(0.1) == .ended)
    }

    /// The host does not read and the process leaves: nothing more is begun meanwhile, also no retry.
    @Test(arguments: [true, false])
    func afterASecondSignalNothingIsBegun(isThrottled: Bool) {
        let stage = Stage([isThrottled ? .answer(429) : .answer(500)])
        stage.loop.hostReads = false
        stage.loop.pipeCapacity = 10
        stage.random = 0.9
        for id in 0..<4 { stage.loop.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"service.ping"}"#) }
        stage.put(9)
        stage.run(0.05)
        #expect(stage.sent.count == 1)
        stage.loop.signal()
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(stage.sent.count == 1)
    }

    @Test func whenNobodyReadsAnyMoreNothingIsBegun() {
        let stage = Stage([.silence, .answer(200)])
        for id in 1...3 { stage.put(id) }
        stage.run(0.1)
        stage.loop.closeOutput()
        #expect(stage.run(0.1) == .ended)
        #expect(stage.sent.count == 1 && stage.transport.runningCount == 0)
    }

    @Test func aHostThatDoesNotReadDoesNotKeepTheProcess() {
        let stage = Stage()
        stage.loop.hostReads = false
        stage.loop.pipeCapacity = 10
        stage.get(1)
        stage.run(0.1)
        stage.loop.signal()
        #expect(stage.run(5) == .ended)
        #expect(stage.loop.now.offset < 2)
    }
}
