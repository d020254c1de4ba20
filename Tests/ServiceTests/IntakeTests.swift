import Testing

@testable import Service

@Suite struct IntakeTests {
    private static let discover = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#

    private static func put(_ head: String, _ engagement: Int) -> String {
        #"{"jsonrpc":"2.0",\#(head)"method":"engagement.replaceContacts","#
            + #""params":["ngmt_\#(engagement)",["cnt_a"]]}"#
    }

    /// More answers than may wait at once, to a host that takes them as fast as they come: the lines behind the limit
    /// are in the process already, and nothing from outside will wake it.
    @Test(arguments: [true, false])
    func linesHeldBackAreTakenUpOnceTheOutputIsWritten(inputEnds: Bool) {
        let stage = Stage()
        stage.loop.pipeCapacity = 1 << 30
        for _ in 0..<150 { stage.loop.send(Self.discover) }
        if inputEnds { stage.loop.closeInput() }
        let outcome = stage.run(1)
        #expect(stage.answers["1"]?.count == 150)
        #expect(outcome == (inputEnds ? .ended : .asleep))
    }

    @Test func aHostThatDoesNotReadIsNotRead() {
        let stage = Stage()
        stage.loop.hostReads = false
        for _ in 0..<200 { stage.loop.send(Self.discover + String(repeating: " ", count: 2000)) }
        #expect(stage.run(60) == .asleep)
        #expect(stage.loop.bytesRead < 200_000)
        #expect(stage.service.output.count < Output.limit + 240_000)
        stage.loop.hostReads = true
        stage.run(1)
        #expect(stage.answers["1"]?.count == 200)
    }

    /// With all places taken, what needs none is still served: a cancellation makes one. Behind a call that has to wait
    /// nothing is, so that nothing overtakes it.
    @Test(arguments: [1, 3])
    func whatNeedsNoPlaceIsServedWhenAllAreTaken(limit: Int) throws {
        let stage = Stage([.silence]) { $0.maxInFlight = limit }
        for id in 1...limit { stage.get(id, "ngmt_\(id)") }
        stage.run(0.1)
        stage.loop.send(#"{"jsonrpc":"2.0","id":90,"method":"service.ping"}"#)
        stage.cancel(1)
        stage.run(0.1)
        #expect(stage.answer(90)?.isResult == true && stage.answer(1)?.code == -32800)
        stage.get(50, "ngmt_50")
        stage.put(51, "ngmt_51")
        stage.loop.send(#"{"jsonrpc":"2.0","id":92,"method":"service.ping"}"#)
        stage.cancel(50)
        stage.run(0.1)
        #expect(stage.answer(92) == nil && stage.service.calls.inFlight == limit, "51 waits, and what is behind it")
        stage.run(40)
        #expect(stage.answer(92)?.isResult == true && stage.answer(50)?.code == (limit == 1 ? 1002 : -32800))
    }

    /// The same in a batch, and behind one that has taken the last place.
    @Test(arguments: [1, 3])
    func whatNeedsNoPlaceIsServedInABatch(limit: Int) throws {
        let stage = Stage([.silence]) { $0.maxInFlight = limit }
        func calls(_ ids: ClosedRange<Int>) -> [String] {
            ids.map { #"{"jsonrpc":"2.0","id":\#($0),"method":"engagement.get","params":["ngmt_\#($0)"]}"# }
        }
        let cancel = #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#
        stage.loop.send("[" + (calls(1...limit) + [cancel]).joined(separator: ",") + "]")
        stage.loop.send(#"{"jsonrpc":"2.0","id":90,"method":"service.ping"}"#)
        stage.run(0.1)
        #expect(stage.answer(90)?.isResult == true && stage.service.calls.inFlight == limit - 1)
        // A call in a batch waits for a place, and its answer goes to the batch, which is answered at once.
        stage.loop.send("[" + calls(51...53).joined(separator: ",") + "]")
        stage.run(0.1)
        #expect(stage.service.calls.inFlight == limit)
        stage.run(200)
        #expect(stage.answer(1)?.code == -32800 && (51...53).allSatisfy { stage.answer($0)?.code == 1002 })
        for batch in [1...limit, 51...53] {
            let ids = batch.map { "\($0)" }
            let start = try #require(stage.order.firstIndex { ids.contains($0) })
            #expect(Set(stage.order[start...].prefix(ids.count)) == Set(ids), "\(stage.order)")
        }
    }

    @Test(arguments: [false, true])
    func aHeldCallIsServedAtTheEndOfInputAndRefusedAfterASignal(isBatch: Bool) {
        for isSignalled in [false, true] {
            let stage = Stage([.answer(200, after: 1)]) { $0.maxInFlight = 1 }
            if isBatch {
                let puts = (1...3).map { Self.put("\"id\":\($0),", $0) } + [Self.put("", 4)]
                stage.loop.send("[" + puts.joined(separator: ",") + "]")
            } else {
                for id in 1...3 { stage.put(id, "ngmt_\(id)") }
                stage.put(nil, "ngmt_4")
            }
            stage.run(0.1)
            if isSignalled { stage.loop.signal() } else { stage.loop.closeInput() }
            #expect(stage.run(20) == .ended)
            #expect(stage.answer(1)?.isResult == true && stage.answers.count == 3)
            #expect(stage.sent.count == (isSignalled ? 1 : 4), "a notification is held as well")
            for id in 2...3 {
                #expect(stage.answer(id)?.isResult == !isSignalled)
                if isSignalled { #expect(stage.answer(id)?.kind == "shutting_down") }
            }
        }
    }

    @Test(arguments: [1, 2, 64])
    func furtherInputWaitsWhileSoManyCallsAreInFlight(limit: Int) {
        let stage = Stage([.answer(200, after: 1)]) { $0.maxInFlight = limit }
        for id in 0..<100 { stage.get(id, "ngmt_\(id)") }
        stage.run(0.5)
        #expect(stage.service.calls.inFlight == limit)
        stage.run(400)
        #expect(stage.answers.count == 100)
    }
}
