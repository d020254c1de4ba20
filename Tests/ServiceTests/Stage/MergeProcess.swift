import Bytes
import Foundation
import Journal

@testable import Service

/// A process that calls a world, and its host.
final class MergeProcess {
    let service: RPCServer
    let loop: SimulatedLoop
    private(set) var answers: [Int: String] = [:]
    /// The questions that were put to the host.
    private(set) var questions: [String] = []
    private(set) var notices: [String] = []
    private var pending: [UInt8] = []

    init(
        _ world: MergeWorld, journal: FakeJournal? = nil, dice: Dice? = nil,
        _ change: (inout ServiceSettings) -> Void = { _ in }
    ) {
        var settings = ServiceSettings(version: "0", baseURL: "https://api.test")
        change(&settings)
        let transport = world.transport(dice)
        let surroundings = ServiceSurroundings(
            random: { dice?.uniform() ?? 0.5 }, wallClock: { 1_700_000_000 + transport.now.offset },
            prepare: { .ready }, refreshToken: { .failed("") },
            log: Logger(level: .error, format: .text) { _ in })
        service = RPCServer(settings: settings, surroundings: surroundings, transport: transport, journal: journal)
        loop = SimulatedLoop(service, transport, dice: dice)
        loop.journal = journal
        loop.onOutput = { [unowned self] in take($0) }
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        while let end = pending.firstIndex(of: 0x0A) {
            let line = Array(pending[..<end])
            pending.removeFirst(end + 1)
            let text = String(decoding: line, as: UTF8.self)
            let root = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            if root?["method"] as? String == "elicitation/create" {
                questions.append(text)
            } else if let id = root?["id"] as? Int {
                answers[id] = text
            } else {
                notices.append(text)
            }
        }
    }

    func send(_ id: Int, _ params: String, method: String = "contact.merge") {
        loop.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#)
    }

    /// Lets so many seconds pass, or fewer where nothing is left to happen.
    func wait(_ seconds: Double) { _ = loop.run(for: seconds) }

    // MARK: An agent's host

    func greet() {
        let hello = #""protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{}"#
        loop.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{\#(hello)}}"#)
    }

    func tool(_ id: Int, _ name: String, _ arguments: String) {
        loop.send(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)}}"#
        )
    }

    /// Says yes to the question of this number.
    func agree(_ number: Int) {
        loop.send(
            #"{"jsonrpc":"2.0","id":"engagement-rpc-\#(number)","result":{"action":"accept","content":{"confirm":true}}}"#
        )
    }
}
