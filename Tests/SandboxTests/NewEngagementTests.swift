import Foundation
import Testing

@testable import Sandbox

/// Engagements that are made from a transcript or a recording, and what is read of them afterwards.
@Suite struct NewEngagementTests {
    typealias Case = RuleTests.Case

    private static let call = #""type":"CALL","title":"t","source_system":"s","external_id":"e""#
    private static let media = #""media_url":"https://media.example/a.mp3""#
    private static let place = "transcript_timeline.entries[1].speaker_index"

    private static func timeline(_ speakers: String, _ entries: String) -> String {
        #""transcript_timeline":{"speakers":\#(speakers),"entries":\#(entries)}"#
    }

    private static func refused(_ members: String, _ errors: [String]) -> Case {
        Case("POST", "/v2/engagements", members.isEmpty ? "{\(call)}" : "{\(call),\(members)}", 422, errors)
    }

    static let refusals: [Case] = [
        refused("", ["media_url required"]),
        refused(media + "," + timeline("[]", "[]"), ["transcript_timeline invalid_value"]),
        refused(#""transcript_timeline":7"#, ["transcript_timeline invalid_type"]),
        refused(#""transcript_timeline":{"entries":[]}"#, ["transcript_timeline.speakers required"]),
        refused(#""transcript_timeline":{"speakers":[],"entries":{}}"#, ["transcript_timeline.entries invalid_type"]),
        refused(timeline("[7]", "[]"), ["transcript_timeline.speakers[0] invalid_type"]),
        refused(timeline("[{}]", #"[{"speaker_index":0},{"speaker_index":1}]"#), [place + " invalid_range"]),
        refused(timeline("[{}]", #"[{"speaker_index":0},{"speaker_index":-1}]"#), [place + " invalid_range"]),
        refused(timeline("[{}]", #"[{"speaker_index":0},{}]"#), [place + " required"]),
        refused(
            media + #","participants":[{"name":"A","email":"a@b.example","is_owner":true},"#
                + #"{"name":"B","email":"b@b.example","is_owner":true}]"#, ["participants[1].is_owner duplicate"]),
    ]

    @Test(arguments: refusals)
    func isRefused(one: Case) {
        let answer = Calls()(one.method, one.path, one.body)
        #expect(answer.status == one.status && answer.errors == one.errors, "\(answer.text)")
    }

    @Test func aTranscriptIsReadBack() throws {
        let call = Calls()
        let entries =
            #"[{"speaker_index":1,"start_seconds":0,"text":"Guten Tag 🐘"},{"note":[1.5],"speaker_index":0,"#
            + #""start_seconds":12.75,"text":"Hello"},{"speaker_index":2,"text":"…"}]"#
        let given = Self.timeline(#"[{"name":"Ada"},{"name":"Bjørn","email":"b@b.example"},{}]"#, entries)
        let made = call("POST", "/v2/engagements", "{\(Self.call),\(given)}")
        #expect(made.status == 201 && made.json["processing_status"] as? String == "COMPLETED", "\(made.text)")
        let read = call("GET", "/v2/engagements/ngmt_new00001?expand=transcript,media_url")
        #expect(
            read.json["transcript"] as? String == "[0s] Bjørn: Guten Tag 🐘\n[12s] Ada: Hello\nSpeaker 3: …\n")
        #expect(read.json["media_url"] is NSNull)
        let timeline = call("GET", "/v2/engagements/ngmt_new00001/transcript_timeline")
        #expect(
            timeline.text
                == #"{"object":"transcript_timeline","id":"tt_new00001","engagement_id":"ngmt_new00001","speakers":"#
                + #"[{"name":"Ada"},{"email":"b@b.example","name":"Bjørn"},{}],"entries":"#
                + #"[{"speaker_index":1,"start_seconds":0,"text":"Guten Tag 🐘"},{"note":[1.5],"speaker_index":0,"#
                + #""start_seconds":12.75,"text":"Hello"},{"speaker_index":2,"text":"…"}],"overall_sentiment":null}"#)
        let again = call("POST", "/v2/engagements", "{\(Self.call),\(Self.media)}")
        #expect(again.status == 200 && again.text == made.text)
    }

    /// Each reading of it alone is a step of its processing; its change shows in lists, in their order.
    @Test func aRecordingIsProcessedWhileItIsRead() throws {
        let call = Calls()
        let made = call("POST", "/v2/engagements", "{\(Self.call),\(Self.media)}")
        #expect(call("GET", "/v2/engagements/ngmt_new00001").text == made.text)
        var states: [String] = []
        var times: [String] = []
        for _ in 0..<4 {
            let read = call("GET", "/v2/engagements/ngmt_new00001?expand=transcript")
            states.append(read.json["processing_status"] as? String ?? "")
            times.append(read.json["updated_at"] as? String ?? "")
            #expect((read.json["transcript"] is String) == (states.last == "COMPLETED"))
        }
        #expect(states == ["PROCESSING", "COMPLETED", "COMPLETED", "COMPLETED"])
        #expect(times[0] < times[1] && times[1] == times[3])
        let listed = call("GET", "/v2/engagements?filter[processing_status][eq]=COMPLETED&limit=1")
        #expect(listed.ids == ["ngmt_new00001"])
        let owned = call("GET", "/v2/engagements/ngmt_sandbox06")
        #expect(call("GET", "/v2/engagements/ngmt_sandbox06").text == owned.text, "what is built in stays as it is")
    }
}
