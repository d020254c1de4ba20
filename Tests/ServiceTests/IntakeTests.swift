import Testing

@testable import Service

@Suite struct IntakeTests {
    private static let discover = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#

    /// More answers than may wait at once, to a host that takes them as fast as they come: the lines behind the limit
    /// are in the process already, and nothing from outside will wake it.
    @Test(arguments: [true, false])
    func linesHeldBackAreTakenUpOnceTheOutputIsWritten(inputEnds: Bool) {
        let stage = Stage()
        stage.loop.pipeCapacity = 1 << 30
        for _ in 0..<500 { stage.loop.send(Self.discover) }
        if inputEnds { stage.loop.closeInput() }
        let outcome = stage.run(1)
        #expect(stage.answers["1"]?.count == 500)
        #expect(outcome == (inputEnds ? .ended : .asleep))
    }

    @Test func aHostThatDoesNotReadIsNotRead() {
        let stage = Stage()
        stage.loop.hostReads = false
        for _ in 0..<700 { stage.loop.send(Self.discover) }
        #expect(stage.run(60) == .asleep)
        #expect(stage.loop.bytesRead < 70_000)
        #expect(stage.service.output.count < Service.outputLimit + 20_000)
        stage.loop.hostReads = true
        stage.run(1)
        #expect(stage.answers["1"]?.count == 700)
    }

    @Test(arguments: [1, 2, 64])
    func furtherInputWaitsWhileSoManyCallsAreInFlight(limit: Int) {
        let stage = Stage([.answer(200, after: 1)]) { $0.maxInFlight = limit }
        for id in 0..<100 { stage.get(id, "ngmt_\(id)") }
        stage.run(0.5)
        #expect(stage.service.inFlight == limit)
        stage.run(400)
        #expect(stage.answers.count == 100)
    }
}
