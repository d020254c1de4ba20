import Foundation
import Synchronization
import TestSupport
import Testing

/// `engagement.undo` over the built process: it can be repeated and interrupted, and goes by the journal's lines alone.
@Suite(.ownThread, .overTLSOnRelease)
struct UndoTests {
    /// A server with one engagement, whose contacts each replacement that is carried out changes to the next set.
    private final class Engagement: Sendable {
        /// What happens to a replacement, by its number from 1.
        enum Fate { case answered, failed, heldBack, lost }

        private let sets: [[String]]
        private let fates: [Int: Fate]
        private let counts = Mutex((arrived: 0, done: 0))

        init(_ sets: [[String]], _ fates: [Int: Fate] = [:]) { (self.sets, self.fates) = (sets, fates) }

        func reaction(to request: FaultServer.Request) -> Reaction {
            guard request.method == "PUT" else { return .ok(body(counts.withLock { $0.done })) }
            let fate = counts.withLock { counts in
                counts.arrived += 1
                let fate = fates[counts.arrived] ?? .answered
                if fate != .lost { counts.done += 1 }
                return fate
            }
            return switch fate {
            case .answered: .ok(#"{"object":"engagement","id":"ngmt_1"}"#)
            case .failed: .problem(504)
            case .heldBack, .lost: .neverAnswer
            }
        }

        private func body(_ index: Int) -> String {
            let items = sets[min(index, sets.count - 1)].map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
            return #"{"object":"engagement","id":"ngmt_1","contacts":[\#(items)]}"#
        }
    }

    private static func server(_ engagement: Engagement) throws -> FaultServer {
        try FaultServer { engagement.reaction(to: $0) }
    }

    private static let there = [["cnt_a", "cnt_b"], ["cnt_c"], ["cnt_a", "cnt_b"], ["cnt_c"], ["cnt_a", "cnt_b"]]
    private static let one = #"{"engagement_id":"ngmt_1"}"#

    /// A host repeats what `retryable` says may be repeated.
    @Test func retriedAfterA504ThatWasCarriedOutItChangesNothing() throws {
        let (folder, server) = (try JournalFolder(), try Self.server(Engagement(Self.there, [2: .failed])))
        let host = try bridge(to: server, ["--journal", folder.file])
        #expect(try host.call("engagement.replaceContacts", #"["ngmt_1",["cnt_c"]]"#).code == nil)
        let failed = try host.call("engagement.undo", Self.one)
        #expect(failed.code == 504 && failed.string("error", "data", "applied") == "unknown", "\(failed)")
        #expect(failed.bool("error", "data", "retryable") == true, "\(failed)")
        for _ in 0..<3 {
            let again = try host.call("engagement.undo", Self.one)
            #expect(again.text("result", "changes", "added") == "[]", "\(again)")
            #expect(again.text("result", "changes", "removed") == "[]", "\(again)")
            #expect(again.text("result", "changes", "after") == #"["cnt_a","cnt_b"]"#, "\(again)")
        }
        #expect(server.count("PUT", "ngmt_1") == 2)
        try host.finish()
    }

    /// Killed while the undo's own replacement was under way, and carried out or not.
    @Test(arguments: [true, false]) func killedAndRunAgainItPutsBackOnce(isCarriedOut: Bool) throws {
        let engagement = Engagement(Self.there, [2: isCarriedOut ? .heldBack : .lost])
        let (folder, server) = (try JournalFolder(), try Self.server(engagement))
        let host = try bridge(to: server, ["--journal", folder.file])
        #expect(try host.call("engagement.replaceContacts", #"["ngmt_1",["cnt_c"]]"#).code == nil)
        _ = try host.begin("engagement.undo", Self.one)
        try host.wait(within: 10, for: "the undo's replacement") { server.count("PUT", "ngmt_1") == 2 }
        host.signal(SIGKILL)
        _ = try host.waitForExit()
        // Cut in the middle of a line, too, as by a crash of the system.
        try folder.append(#"{"journal":1,"at":"2026-11-2"#)
        let next = try bridge(to: server, ["--journal", folder.file])
        for _ in 0..<2 {
            let answer = try next.call("engagement.undo", Self.one)
            #expect(answer.text("result", "changes", "after") == #"["cnt_a","cnt_b"]"#, "\(answer)")
            #expect(answer.bool("result", "changes", "verified") == true, "\(answer)")
        }
        #expect(server.count("PUT", "ngmt_1") == (isCarriedOut ? 2 : 3))
        let entries = try next.call("journal.list").elements("result", "data", "entries")
        #expect(entries.map { $0.string("applied") } == (isCarriedOut ? [] : ["yes"]) + ["unknown", "yes"])
        #expect(entries.dropLast().allSatisfy { $0.int("undoes") == entries.last?.int("number") }, "\(entries)")
        try next.finish()
    }

    @Test func anUndoIsUndoneByItsNumber() throws {
        let (folder, server) = (try JournalFolder(), try Self.server(Engagement(Self.there)))
        let host = try bridge(to: server, ["--journal", folder.file])
        #expect(try host.call("engagement.replaceContacts", #"["ngmt_1",["cnt_c"]]"#).code == nil)
        #expect(try host.call("engagement.undo", Self.one).code == nil)
        let number = try #require(
            try host.call("journal.list", #"{"limit":1}"#).int("result", "data", "entries", "0", "number"))
        let redo = #"{"engagement_id":"ngmt_1","number":\#(number)}"#
        for _ in 0..<2 {
            let answer = try host.call("engagement.undo", redo)
            #expect(answer.text("result", "changes", "after") == #"["cnt_c"]"#, "\(answer)")
        }
        let back = try host.call("engagement.undo", Self.one)
        #expect(back.text("result", "changes", "after") == #"["cnt_a","cnt_b"]"#, "\(back)")
        #expect(server.count("PUT", "ngmt_1") == 4)
        try host.finish()
    }

    /// As version 0.1.0 wrote it: an undo is told by its method, and has no `undoes`.
    @Test func anOldJournalIsReadAndGoneBy() throws {
        let (folder, server) = (try JournalFolder(), try Self.server(Engagement([["cnt_c"], ["cnt_a", "cnt_b"]])))
        let head = #"{"journal":1,"at":"2026-11-20T19:30:54.172Z","number":1795894254000001,"process":1,"event":"#
        let begin = #""begin","method":"engagement.replaceContacts","id":"ngmt_1","before":["cnt_a","cnt_b"],"#
        try folder.append("\(head)\(begin)\"wanted\":[\"cnt_c\"]}\n")
        try folder.append(#"\#(head)"end","id":"ngmt_1","applied":"yes","status":200,"attempts":1}"# + "\n")
        let host = try bridge(to: server, ["--journal", folder.file])
        let answer = try host.call("engagement.undo", Self.one)
        #expect(answer.text("result", "changes", "after") == #"["cnt_a","cnt_b"]"#, "\(answer)")
        let entries = try host.call("journal.list").elements("result", "data", "entries")
        #expect(entries.map { $0.int("undoes") } == [1_795_894_254_000_001, nil], "\(entries)")
        #expect(entries.map { $0.int("number") }.last == 1_795_894_254_000_001)
        try host.finish()
    }

    @Test func aRunIsListedCountedAndUndone() throws {
        let folder = try JournalFolder()
        let host = try sandbox("--journal", folder.file)
        func call(_ method: String, _ params: String) throws -> Answer {
            let answer = try host.call(method, params)
            #expect(answer.code == nil, "\(answer)")
            return answer
        }
        let run = #""options":{"run":"tidy up"}"#
        for id in ["ngmt_sandbox01", "ngmt_sandbox02"] {
            for contact in ["cnt_sandbox05", "cnt_sandbox06"] {
                _ = try call(
                    "engagement.replaceContacts", #"{"engagement_id":"\#(id)","contact_ids":["\#(contact)"],\#(run)}"#)
            }
        }
        let refused = #"{"engagement_id":"ngmt_sandbox04","contact_ids":["cnt_nobody"],\#(run)}"#
        #expect(try host.call("engagement.replaceContacts", refused).code == 422)
        _ = try call("tag.create", #"{"name":"n"}"#)
        func counts() throws -> [String] {
            try call("journal.runs", "{}").elements("result", "data", "runs").map { run in
                let numbers = ["writes", "yes", "no", "unknown"].map { run.int($0).map(String.init) ?? "-" }
                return ([run.string("run") ?? "-"] + numbers).joined(separator: " ")
            }
        }
        #expect(try counts() == ["tidy up 5 4 1 0"])
        let listed = try call("journal.list", #"{"run":"tidy up"}"#).elements("result", "data", "entries")
        #expect(listed.map { $0.string("applied") } == ["no", "yes", "yes", "yes", "yes"], "\(listed)")
        #expect(listed.allSatisfy { $0.string("run") == "tidy up" && $0.text("undoes") == nil })
        for (id, before) in [("ngmt_sandbox01", #"["cnt_sandbox01","cnt_sandbox02"]"#), ("ngmt_sandbox02", "[]")] {
            // An undo under the same name is no part of the run either.
            for run in [run, #""options":{}"#] {
                let undone = try call("engagement.undo", #"{"engagement_id":"\#(id)","run":"tidy up",\#(run)}"#)
                #expect(undone.text("result", "changes", "after") == before, "\(undone)")
            }
        }
        #expect(try counts() == ["tidy up 5 4 1 0"])
        #expect(try host.call("engagement.undo", #"{"engagement_id":"ngmt_sandbox04","run":"tidy up"}"#).code == 404)
        try host.finish()
        #expect(folder.lines.count { $0.contains(#""run":"tidy up""#) } == 14, "on both lines of each write")
    }

    /// Each is the process 1 of its own container, and begins in the same second.
    @Test func containersShareOneJournal() throws {
        let unshare = "/usr/bin/unshare"
        let (folder, server) = (try JournalFolder(), try Self.server(Engagement([["cnt_a"]])))
        var setup = Setup(
            ["--pid", "--fork", "--kill-child", Setup.binary] + server.arguments + ["--journal", folder.file])
        setup.program = unshare
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = testToken
        var trial = Setup(["--pid", "--fork", "/bin/true"])
        trial.program = unshare
        guard (try? Command(trial).ending) == .exited(0) else {
            return print("skipped: process namespaces are not allowed here")
        }
        let hosts = try (0..<4).map { _ in try HostProcess(setup) }
        for number in 0..<50 {
            for host in hosts {
                try host.send(line: request("\(number)", "engagement.replaceContacts", #"["ngmt_1",["cnt_b"]]"#))
            }
        }
        for host in hosts {
            for number in 0..<50 { #expect(try host.answer(to: "\(number)").code == nil) }
            try host.finish()
        }
        #expect(folder.lines.count == 400 && folder.lines.allSatisfy { $0.contains(#","process":1,"#) })
        let begins = folder.lines.filter { $0.contains(#""event":"begin""#) }
        let numbers = Set(begins.compactMap { $0.firstMatch(of: /"number":([0-9]+),/)?.1 })
        #expect(begins.count == 200 && numbers.count == 200, "\(numbers.count) numbers")
        #expect(numbers.allSatisfy { (Int($0) ?? .max) <= 1 << 53 })
    }
}
