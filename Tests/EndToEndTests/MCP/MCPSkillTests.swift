import Foundation
import TestSupport
import Testing

/// Skills over MCP: that they are served as they stand in `schema/skills`, and that what they tell a model to do does
/// what they say.
@Suite(.ownThread)
struct MCPSkillTests {
    private static let names = ["change-attendees", "find-people", "merge-duplicates"]
    private let era = Era.july2026

    private func file(_ name: String) throws -> String {
        let bytes = try Repository.bytes("\(Repository.root)/schema/skills/\(name)/SKILL.md")
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: How they are served

    @Test(arguments: Era.allCases)
    func theyAreServedAsTheyStand(era: Era) throws {
        let host = try era.begin()
        let list = try host.ask(era.request("1", "skills/list"))
        let skills = try list.elements("result", "skills")
        #expect(skills.compactMap { $0.string("frontmatter", "name") } == Self.names)
        for (skill, name) in zip(skills, Self.names) {
            let uri = "skill://\(name)/SKILL.md"
            #expect(skill.string("uri") == uri)
            let text = try file(name)
            let read = try host.ask(era.request("2", "resources/read", #""uri":"\#(uri)""#))
            #expect(read.string("result", "contents", "0", "text") == text)
            #expect(read.string("result", "contents", "0", "mimeType") == "text/markdown")
            #expect(skill.count("resources") == 1 && skill.string("resources", "0", "uri") == uri)
            #expect(skill.int("resources", "0", "size") == text.utf8.count)
            #expect(try skill.string("resources", "0", "digest") == "sha256:" + sha256(name))
            let one = try host.ask(era.request("3", "skills/get", #""uri":"\#(uri)""#))
            #expect(one.text("result", "skill") == String(decoding: skill.bytes, as: UTF8.self))
            #expect((one.int("result", "ttlMs") != nil) == era.isStateless)
        }
        for bad in [#""uri":"skill://no/SKILL.md""#, #""uri":"skill://find-people""#, #""uri":7"#, ""] {
            #expect(try host.ask(era.request("4", "skills/get", bad)).code == -32602)
        }
        let none = try host.ask(era.request("5", "resources/read", #""uri":"skill://find-people/other.md""#))
        #expect(none.code == (era.isStateless ? -32602 : -32002))
        #expect(try host.ask(era.request("6", "skills/list", #""cursor":"x""#)).code == -32602)
        try host.finish()
    }

    private func sha256(_ name: String) throws -> String {
        var setup = Setup(["\(Repository.root)/schema/skills/\(name)/SKILL.md"])
        setup.program = "/usr/bin/sha256sum"
        return String(try Command(setup, within: 10).output.prefix { $0 != " " })
    }

    @Test func theyAreDeclared() throws {
        let host = AgentHost(try sandbox())
        let answer = try host.ask(era.request("1", "server/discover"))
        #expect(answer.text("result", "capabilities", "extensions", "io.modelcontextprotocol/skills") == "{}")
        #expect(answer.names("result", "capabilities").contains("resources"))
        for name in Self.names {
            #expect(answer.string("result", "instructions")?.contains("skill://\(name)/SKILL.md") == true)
        }
        try host.finish()
    }

    /// What can't be followed is not offered.
    @Test(arguments: [("--read-only", ["find-people"]), ("--methods=engagement.get", [])])
    func onlyWhatCanBeFollowedIsServed(flag: String, names: [String]) throws {
        let host = try era.begin(Setup(["--sandbox"] + flag.split(separator: "=").map(String.init)))
        let list = try host.ask(era.request("1", "skills/list"))
        #expect(try list.elements("result", "skills").compactMap { $0.string("frontmatter", "name") } == names)
        let discovery = try host.ask(era.request("2", "server/discover"))
        #expect(discovery.names("result", "capabilities").contains("extensions") == !names.isEmpty)
        let read = try host.ask(era.request("3", "resources/read", #""uri":"skill://merge-duplicates/SKILL.md""#))
        #expect(read.code == -32602)
        try host.finish()
    }

    /// The form that the Agent Skills specification asks for, and that another reader of YAML reads as we do.
    @Test(arguments: names)
    func theirHeadIsPlain(name: String) throws {
        let lines = try file(name).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "---" && lines.dropFirst().prefix { $0 != "---" }.count == 3)
        for line in lines.dropFirst().prefix(3) {
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts[1].drop { $0 == " " }
            #expect(["name", "description", "compatibility"].contains(String(parts[0])))
            #expect(value.first?.isLetter == true && !value.contains(": ") && !value.contains(" #"))
            #expect(value.count <= 500)
        }
        #expect(try file(name).utf8.count < 4000)
    }

    // MARK: How they are followed

    /// The calls that a skill tells, in its order, and what came of each.
    private final class Follower {
        let host: AgentHost
        private var calls: [(tool: String, arguments: String)] = []
        private var made = 0

        init(_ text: String, _ host: AgentHost) {
            self.host = host
            calls = text.matches(of: /`([a-z_]+) (\{.*\})`/).map { (String($0.1), String($0.2)) }
        }

        var remaining: Int { calls.count - made }

        /// Makes the next call, with the ids that are meant.
        func next(_ tool: String, _ ids: [String: String]) throws -> Answer {
            guard made < calls.count else { throw HarnessFailure("the skill has no more calls") }
            let (name, template) = calls[made]
            made += 1
            #expect(name == tool)
            let arguments = ids.reduce(template) { $0.replacing($1.key, with: $1.value) }
            return try again(name, arguments)
        }

        func again(_ tool: String, _ arguments: String) throws -> Answer {
            host.process.reusesIDs = true
            let answer = try host.ask(Era.july2026.toolCall("1", tool, arguments))
            #expect(answer.bool("result", "isError") == false, "\(tool) \(arguments): \(answer)")
            return try #require(answer.toolText)
        }
    }

    private func contacts(_ host: AgentHost, _ engagement: String) throws -> Set<String> {
        let answer = try host.process.call(
            "engagement.get", #"{"engagement_id":"\#(engagement)","expand":["contacts"]}"#)
        return Set(try answer.elements("result", "data", "contacts").compactMap { $0.string("id") })
    }

    private func list(_ answer: Answer, _ name: String) throws -> [String] {
        try answer.elements("changes", name).map { String(decoding: $0.bytes, as: UTF8.self).filter { $0 != "\"" } }
    }

    @Test func changingAttendees() throws {
        let host = try era.begin()
        let skill = Follower(try file("change-attendees"), host)
        let ids = ["ngmt_ID": "ngmt_sandbox01", "cnt_NEW": "cnt_sandbox07", "cnt_OLD": "cnt_sandbox02"]
        let before = try contacts(host, "ngmt_sandbox01")
        #expect(before == ["cnt_sandbox01", "cnt_sandbox02", "cnt_sandboxroom1"])
        let found = try skill.next("engagement_list", [:])
        #expect(try found.elements("data", "data").contains { $0.string("id") == "ngmt_sandbox01" })
        #expect(try skill.next("engagement_get", ids).count("data", "contacts") == 3)
        #expect(try list(try skill.next("engagement_add_contacts", ids), "added") == ["cnt_sandbox07"])
        #expect(try list(try skill.next("engagement_remove_contacts", ids), "removed") == ["cnt_sandbox02"])
        #expect(try contacts(host, "ngmt_sandbox01") == before, "nothing is written by looking")
        #expect(try skill.next("engagement_add_contacts", ids).bool("changes", "verified") == true)
        #expect(try skill.next("engagement_remove_contacts", ids).bool("changes", "verified") == true)
        #expect(
            try contacts(host, "ngmt_sandbox01") == ["cnt_sandbox01", "cnt_sandbox07", "cnt_sandboxroom1"])
        #expect(skill.remaining == 0)
        try host.finish()
    }

    @Test func findingPeople() throws {
        let host = try era.begin()
        let skill = Follower(try file("find-people"), host)
        let found = try skill.next(
            "engagement_find_contacts", ["ADDRESS": "contact2@cafe-mueller.example", "FULL NAME": "Ana Souza"])
        #expect(found.string("data", "found", "contact2@cafe-mueller.example") == "cnt_sandbox02")
        let candidates = try found.elements("data", "ambiguous", "Ana Souza").compactMap { $0.string("id") }
        #expect(candidates.count == 2)
        #expect(try skill.next("contact_get", ["cnt_ID": candidates.first ?? ""]).text("data", "emails") != nil)
        let guesses = try skill.next("contact_list", ["PART": "lindq"])
        #expect(try guesses.elements("data", "data").contains { $0.string("id") == "cnt_sandbox02" })
        #expect(guesses.text("data", "data", "0", "emails") != nil, "there is something to choose by")
        #expect(skill.remaining == 0)
        try host.finish()
    }

    @Test func mergingDuplicates() throws {
        let host = try era.begin("--toolsets", "all")
        let text = try file("merge-duplicates")
        let skill = Follower(text, host)
        for (engagement, contacts) in [("02", #"["cnt_sandbox01"]"#), ("03", #"["cnt_sandbox07","cnt_sandbox01"]"#)] {
            let more = #"{"engagement_id":"ngmt_sandbox\#(engagement)","contact_ids":\#(contacts)}"#
            #expect(try host.process.call("engagement.addContacts", more).text("result") != nil)
        }
        let ids = ["cnt_KEEP": "cnt_sandbox07", "cnt_GONE": "cnt_sandbox01"]
        for name in ["cnt_KEEP", "cnt_GONE"] {
            #expect(try skill.next("contact_get", ids).string("data", "id") == ids[name])
        }
        let all = ["ngmt_sandbox01", "ngmt_sandbox02", "ngmt_sandbox03"]
        let before = try all.map { try contacts(host, $0) }
        let plan = try skill.next("contact_merge", ids).elements("data", "engagements")
        #expect(Set(plan.compactMap { $0.string("engagement_id") }) == Set(all))
        for item in plan {
            #expect(try list(item, "removed") == ["cnt_sandbox01"])
            let isThere = try contacts(host, item.string("engagement_id") ?? "").contains("cnt_sandbox07")
            #expect(try list(item, "added") == (isThere ? [] : ["cnt_sandbox07"]))
        }
        let done = try skill.next("contact_merge", ids).elements("data", "engagements")
        #expect(done.count == 3 && done.allSatisfy { $0.bool("changes", "verified") == true })
        for (id, before) in zip(all, before) {
            #expect(try contacts(host, id) == before.subtracting(["cnt_sandbox01"]).union(["cnt_sandbox07"]))
        }
        let dryRun = #"{"contact_id":"cnt_sandbox01","into_contact_id":"cnt_sandbox07","dry_run":true}"#
        #expect(try skill.again("contact_merge", dryRun).count("data", "engagements") == 0)
        #expect(try skill.next("contact_merge", ids).bool("data", "deleted") == true)
        #expect(skill.remaining == 1, "what undoes it, without a journal")
        let emails =
            #"[{"email":"contact7@acme.example","is_primary":true},{"email":"contact1@acme.example","is_primary":false}]"#
        let update = try skill.again("contact_update", #"{"contact_id":"cnt_sandbox07","emails":\#(emails)}"#)
        #expect(update.count("data", "emails") == 2)
        try host.finish()
    }
}
