import HTTP
import Testing

@testable import EngagementAPI
@testable import Service

/// An answer that speaks of another resource than the one that was asked for.
@Suite struct AnothersAnswerTests {
    private static let read = #""engagement_id":"ngmt_a""#

    private func call(_ stage: Stage, _ method: String, _ params: String) throws -> StageAnswer {
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(params)}}"#)
        stage.run(60)
        return try #require(stage.answer(1))
    }

    @Test func aReadIsTriedAgainOnAnotherConnection() throws {
        let stage = Stage([.anothers(), .answer(200, #"{"id":"ngmt_a","n":1.0}"#)])
        let answer = try call(stage, "engagement.get", Self.read)
        #expect(answer.isResult && answer.attempts == 2, "\(answer)")
        #expect(answer.text.contains(#""data":{"id":"ngmt_a","n":1.0}"#))
        #expect(stage.transport.distrusted.count == 1 && stage.transport.distrusted[0] === stage.sent[0].exchange)
        #expect(stage.sent.map(\.exchange.needsFreshConnection) == [false, true])
    }

    @Test func aReadThatIsNeverAnsweredFails() throws {
        let stage = Stage([.anothers()])
        let answer = try call(stage, "engagement.get", Self.read)
        #expect(answer.kind == "bad_response" && answer.code == 1004 && answer.attempts == 3, "\(answer)")
        #expect(answer.retryable == true && answer.applied == nil)
        #expect(
            answer.text.contains("another resource")
                && answer.text.contains(#"id is \"ngmt_Other\" and not \"ngmt_a\""#))
        #expect(!answer.text.contains(#""object":"engagement""#), "nothing of it is passed on")
        #expect(stage.transport.distrusted.count == 3)
    }

    /// With `fields` the answer goes another way through the process.
    @Test func aReadOfSomeFields() throws {
        let stage = Stage([.anothers(), .answer(200, #"{"object":"x"}"#)])
        let answer = try call(stage, "engagement.get", Self.read + #","fields":["object"]"#)
        #expect(answer.text.contains(#""data":{"object":"x"}"#) && answer.attempts == 2, "\(answer)")
    }

    @Test(arguments: [true, false]) func aWriteIsUnknownAndNotSentAgain(isCarriedOut: Bool) throws {
        let stage = Stage([.anothers(carriesOut: isCarriedOut), .answer(200, #"{"id":"ngmt_a"}"#)])
        stage.put(1)
        stage.run(60)
        let answer = try #require(stage.answer(1))
        #expect(answer.kind == "bad_response" && answer.applied == "unknown" && answer.attempts == 1, "\(answer)")
        #expect(stage.sent.count == 1 && stage.transport.distrusted.count == 1)
    }

    /// What a composed call reads before it writes, and after it has written.
    @Test func insideAComposedCall() throws {
        let right = Fate.answer(200, #"{"id":"ngmt_a","contacts":[{"id":"cnt_b"}]}"#)
        let add = Self.read + #","contact_ids":["cnt_a"]"#
        let before = Stage([.anothers()])
        let failed = try call(before, "engagement.addContacts", add)
        #expect(failed.kind == "bad_response" && failed.applied == "no" && failed.attempts == 3, "\(failed)")
        #expect(before.sent.allSatisfy { $0.verb == .get }, "nobody is written to for what was read of somebody else")
        let once = Stage([.anothers(), right, right, right])
        #expect(try call(once, "engagement.addContacts", add).isResult)
        #expect(once.sent.last { $0.verb == .put }?.body == #"{"contact_ids":["cnt_b","cnt_a"]}"#)
        let write = Stage([right, .anothers(), right])
        let unknown = try call(write, "engagement.addContacts", add)
        #expect(unknown.kind == "bad_response" && unknown.applied == "unknown" && unknown.attempts == 2, "\(unknown)")
        #expect(write.sent.count { $0.verb == .put } == 1)
        let after = Stage([right, right, .anothers()])
        let done = try call(after, "engagement.addContacts", add)
        #expect(
            done.isResult && done.text.contains(#""verified":false"#) && !done.text.contains(#""after""#), "\(done)")
    }

    @Test func aTranscript() throws {
        let stage = Stage([.anothers(), .answer(200, #"{"id":"ngmt_a","transcript":"Hi"}"#)])
        let answer = try call(stage, "engagement.getTranscript", Self.read)
        #expect(answer.text.contains(#""text":"Hi""#) && answer.attempts == 2, "\(answer)")
    }

    /// Each method by the member that says what its answer is about; lists and what was just made by none.
    @Test(
        arguments: [
            ("contact.get", #""contact_id":"cnt_a""#, "id", "cnt_a"),
            ("contact.update", #""contact_id":"cnt_a","first_name":"A""#, "id", "cnt_a"),
            ("contact.delete", #""contact_id":"cnt_a""#, "id", "cnt_a"),
            ("company.clearCrmAssociation", #""company_id":"cmp_a""#, "id", "cmp_a"),
            ("tag.get", #""tag_id":"tag_a""#, "id", "tag_a"), ("user.get", #""user_id":"usr_a""#, "id", "usr_a"),
            ("engagement.replaceTags", #""engagement_id":"ngmt_a","tag_ids":[]"#, "id", "ngmt_a"),
            ("engagement.getTimeline", #""engagement_id":"ngmt_a""#, "engagement_id", "ngmt_a"),
            ("engagement.getTimeline", #""engagement_id":"ngmt_a","fields":["id"]"#, "engagement_id", "ngmt_a"),
            ("transcriptComment.create", #""engagement_id":"ngmt_a","body":"x""#, "engagement_id", "ngmt_a"),
            ("transcriptComment.get", #""transcript_comment_id":"tano_a""#, "id", "tano_a"),
            ("transcriptComment.update", #""transcript_comment_id":"tano_a","body":"x""#, "id", "tano_a"),
            ("contact.list", "", "", ""), ("contact.create", #""first_name":"A""#, "", ""),
            ("contact.listEngagements", #""contact_id":"cnt_a""#, "", ""),
            ("engagement.findContacts", #""names":["A"]"#, "", ""),
        ])
    func byTheTable(method: String, params: String, member: String, id: String) throws {
        func judged(_ body: String) throws -> Bool {
            let answer = try call(Stage([.answer(200, body)]), method, params)
            #expect(answer.isResult || answer.kind == "bad_response", "\(answer)")
            return !answer.isResult
        }
        let list = #""data":[{"id":"x_Other","engagement_id":"x_Other"}],"has_more":false"#
        for name in ["id", "engagement_id"] {
            #expect(try judged(#"{\#(list),"\#(name)":"x_Other"}"#) == (name == member), "\(name)")
        }
        #expect(try judged(#"{\#(list)}"#) == false)
        guard !member.isEmpty else { return }
        #expect(try judged(#"{"\#(member)":"\#(id)","x":{"\#(member)":"x_Other"}}"#) == false)
        #expect(try judged(#"{"\#(member)":"\#(id)","\#(member)":"x_Other"}"#))
        #expect(
            try judged(#"{"\#(member)":"\u00\#(String(id.utf8.first ?? 0, radix: 16))\#(id.dropFirst())"}"#) == false)
        for body in ["[]", "null", #"{"\#(member)":null}"#, #"[{"\#(member)":"x_Other"}]"#] {
            #expect(try judged(body) == false)
        }
    }

    /// A 404 behind an attempt that may have done it.
    @Test(arguments: [404, 410]) func aDeletionThatIsFoundDone(status: Int) throws {
        let words = "an earlier attempt of this call may have deleted it"
        let params = #""contact_id":"cnt_a""#
        let stage = Stage([.broken(), .answer(status)])
        let answer = try call(stage, "contact.delete", params)
        #expect(answer.code == status && answer.applied == "unknown" && answer.attempts == 2, "\(answer)")
        #expect(answer.text.contains(words), "\(answer)")
        for fates in [[Fate.answer(status)], [.answer(429), .answer(status)], [.unsent(.connect), .answer(status)]] {
            let answer = try call(Stage(fates), "contact.delete", params)
            #expect(answer.code == status && !answer.text.contains(words), "\(answer)")
        }
        let put = Stage([.broken(), .answer(status)])
        put.put(1)
        put.run(20)
        #expect(put.answer(1)?.text.contains(words) == false)
    }

    /// Why there is no other token is said where there is something to say.
    @Test func aTokenThatCannotBeReadAgain() throws {
        for (why, words) in [("The token file is empty.", "; the token file is empty."), ("", "--token-command.")] {
            let stage = Stage([.answer(401)])
            stage.refreshedToken = .failed(why)
            let answer = try call(stage, "engagement.get", Self.read)
            #expect(answer.code == 401 && answer.text.contains(words + "\""), "\(answer)")
        }
    }
}
