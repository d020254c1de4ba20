import Foundation
import TestSupport
import Testing

/// What stands on a pooled connection before a request goes out on it, an end or bytes, is nobody's answer, and costs
/// nothing: not an attempt, not an `unknown`.
@Suite(.ownThread, .overTLSToo)
struct IdleConnectionTests {
    private static let own = #"{"id":"ngmt_warm"}"#
    private static let stranger = #"{"id":"ngmt_stranger","contacts":[{"id":"cnt_stranger"}]}"#
    private static let whole = "HTTP/1.1 200 OK\r\nContent-Length: \(own.utf8.count)\r\n\r\n\(own)"
    private static let second = "HTTP/1.1 200 OK\r\nContent-Length: \(stranger.utf8.count)\r\n\r\n\(stranger)"
    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let chunk = "\(String(own.utf8.count, radix: 16))\r\n\(own)\r\n"

    /// The texts one after the other, so far apart that each is read by itself.
    private static func apart(_ texts: String...) -> Reaction {
        Reaction(texts.flatMap { [.send(Array($0.utf8)), .wait(milliseconds: 250)] as [Reaction.Step] }.dropLast())
    }

    private static let late408 = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    static let leftovers: [Named<Reaction>] = [
        Named("a second answer", apart(whole, second)),
        Named("a second answer in the same write", .raw(whole + second)),
        Named("a second answer behind the end of a body", apart(String(whole.dropLast(5)), whole.suffix(5) + second)),
        Named("a second answer behind a body apart", apart(String(whole.dropLast(own.count)), own + second)),
        Named("a second answer in the same write, chunked", .raw(chunkedHead + chunk + "0\r\n\r\n" + second)),
        Named("a second answer behind the last chunk", apart(chunkedHead, chunk + "0\r\n\r\n" + second)),
        Named("a second answer behind the last chunk alone", apart(chunkedHead + chunk, "0\r\n\r\n" + second)),
        Named("half an answer", apart(whole, "HTTP/1.1 200 OK\r\nContent-Le")),
        Named("an interim answer", apart(whole, "HTTP/1.1 103 Early Hints\r\n\r\n")),
        Named("408", apart(whole, late408)), Named("408 and the end", apart(whole, late408).then(.close)),
        Named("junk", apart(whole, "junk")), Named("a line break", apart(whole, "\r\n")),
        Named("the end", apart(whole, "").then(.close)),
        Named("the end of what is sent", apart(whole, "").then(.halfClose)),
        Named("a reset", apart(whole, "").then(.reset)),
    ]

    @Test(arguments: leftovers)
    func whatStandsThereIsNobodysAnswer(leftover: Named<Reaction>) throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_warm") ? leftover.value : .ok(SampleCall.answer(to: request))
        }
        let host = try bridge(to: server, attempts: 3)
        for (round, sample) in SampleCall.allCases.enumerated() {
            let (warm, name) = (try host.call("engagement.get", #"["ngmt_warm"]"#), "round\(round)x")
            #expect(warm.text("result", "data") == Self.own && warm.attempts == 1, "\(warm)")
            try host.wait(within: 5, for: "what is left over") { server.reactionsDone == server.requests.count }
            pause(milliseconds: 20)
            let answer = try host.call(sample, name)
            let place = (try #require(server.requests.last)).connection
            #expect(answer.int("result", "data", "on") == place, "\(sample): its own answer: \(answer)")
            #expect(answer.attempts == 1, "\(sample): \(answer)")
            #expect(sample.count(server, name) == 1, "\(sample): as the server counted")
        }
        // What comes with the last chunk libcurl has read, and left out, before anybody can look at the connection.
        let isLeftOut = leftover.name.contains("chunk")
        #expect(isLeftOut || server.connections == 1 + SampleCall.allCases.count, "each on a fresh connection")
        try host.finish()
    }

    /// As the server ended sixteen of them.
    @Test(arguments: [SampleCall.get, .put, .patch, .post])
    func aPoolThatWasClosedCostsNothing(sample: SampleCall) throws {
        let server = try FaultServer { request in
            guard request.target.contains("ngmt_warm") else { return .ok(SampleCall.answer(to: request)) }
            return Reaction.ok(SampleCall.answer(to: request)).after(milliseconds: 100).then(.wait(milliseconds: 200))
                .then(.close)
        }
        let host = try bridge(to: server, attempts: 3)
        let warm = try (0..<16).map { try host.begin("engagement.get", #"["ngmt_warm\#($0)"]"#) }
        for id in warm { #expect(try host.answer(to: id).text("result") != nil) }
        try host.wait(within: 5, for: "the end of the connections") { server.openConnections == 0 }
        let names = (0..<16).map { "a\($0)a" }
        let ids = try names.map { try host.begin(sample.method, sample.params($0)) }
        for (name, id) in zip(names, ids) {
            let answer = try host.answer(to: id)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
            #expect(sample.count(server, name) == 1)
        }
        try host.finish()
    }

    /// A second answer about A, when B's people are read and written.
    @Test(arguments: [false, true])
    func whoIsAddedToIsNotReadFromWhatWasLeft(isChunked: Bool) throws {
        let server = try FaultServer { request in
            let id = request.target.contains("ngmt_a") ? "a" : "b"
            let body = #"{"id":"ngmt_\#(id)","contacts":[{"id":"cnt_of_\#(id)"}]}"#
            guard id == "a" else { return .ok(body) }
            let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.utf8.count)"
            let sent = isChunked ? "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n" : body
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\(length)\r\n\r\n\(sent)"
            return Self.apart(String(answer.dropLast(3)), answer.suffix(3) + answer)
        }
        let journal = NSTemporaryDirectory() + "journal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: journal) }
        let host = try bridge(to: server, attempts: 3, ["--journal", journal])
        for _ in 1...3 {
            #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
            try host.wait(within: 5, for: "what is left over") { server.reactionsDone == server.requests.count }
            pause(milliseconds: 20)
            let answer = try host.call("engagement.addContacts", #"["ngmt_b",["cnt_new"]]"#)
            #expect(answer.text("result", "changes", "added") == #"["cnt_new"]"#, "\(answer)")
        }
        let written = server.requests.filter { $0.method == "PUT" }.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(written == Array(repeating: #"{"contact_ids":["cnt_of_b","cnt_new"]}"#, count: 3))
        try host.finish()
        let lines = try String(contentsOfFile: journal, encoding: .utf8)
        #expect(lines.contains("cnt_of_b") && !lines.contains("cnt_of_a"))
    }
}

/// An answer about another thing than was asked for is none.
@Suite(.ownThread, .overTLSToo)
struct ForeignAnswerTests {
    private static let foreign = Reaction.ok(#"{"id":"ngmt_other","contacts":[{"id":"cnt_other"}]}"#)

    @Test func aReadOfAnotherIsTriedAgainAndThenTold() throws {
        let server = try FaultServer([
            "ngmt_a": [Self.foreign], "ngmt_b": [Self.foreign, .ok(#"{"id":"ngmt_b"}"#)], "cnt_a": [Self.foreign],
        ])
        let host = try bridge(to: server, attempts: 3)
        for call in [("engagement.get", #"["ngmt_a"]"#), ("contact.get", #"["cnt_a"]"#)] {
            let before = server.requests.count
            let answer = try host.call(call.0, call.1)
            #expect(answer.kind == "bad_response" && (2...3).contains(answer.attempts ?? 0), "\(answer)")
            let mine = server.requests.dropFirst(before)
            #expect(answer.attempts == mine.count)
            #expect(Set(mine.map(\.connection)).count == mine.count, "each connection was closed")
        }
        let answer = try host.call("engagement.get", #"["ngmt_b"]"#)
        #expect(answer.text("result", "data") == #"{"id":"ngmt_b"}"# && answer.attempts == 2, "\(answer)")
        try host.finish()
    }

    @Test(arguments: [SampleCall.put, .patch])
    func aWriteThatIsAnsweredForAnotherIsUnknown(sample: SampleCall) throws {
        let server = try FaultServer { $0.target.contains("_a") ? Self.foreign : .ok(SampleCall.answer(to: $0)) }
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call(sample, "a")
        #expect(answer.kind == "bad_response" && answer.applied == "unknown" && answer.attempts == 1, "\(answer)")
        #expect(sample.count(server, "a") == 1)
        #expect(try host.call(sample, "b").attempts == 1)
        #expect(server.requests.map(\.connection) == [1, 2], "the connection that it came on is closed")
        try host.finish()
    }

    @Test func nothingIsWrittenByWhatWasReadOfAnother() throws {
        let server = try FaultServer(always: Self.foreign)
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call("engagement.addContacts", #"["ngmt_a",["cnt_new"]]"#)
        #expect(answer.kind == "bad_response" && answer.applied == "no", "\(answer)")
        #expect(server.requests.allSatisfy { $0.method == "GET" })
        try host.finish()
    }

    /// Nothing to judge by is no reason to refuse.
    @Test(arguments: [#"{"object":"engagement"}"#, "{}", "[]", #"{"id":null}"#])
    func anAnswerWithoutAnIDIsTaken(body: String) throws {
        let server = try FaultServer(always: .ok(body))
        let host = try bridge(to: server)
        #expect(try host.call(.get, "a").text("result", "data") == body)
        #expect(try host.call(.put, "a").text("result", "data") == body)
        try host.finish()
    }
}
