import Bytes
import HTTP
import JSON
import Testing

@testable import Service

/// `engagement.findContacts`: whole addresses and names, and never a guess; `engagement.getTranscript`: windows that
/// cut nothing.
@Suite struct FindAndReadTests {
    private static func page(
        _ contacts: [(id: String, first: String?, last: String?, email: String)], next: String? = nil
    ) -> Fate {
        func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
        let items = contacts.map {
            #"{"id":"\#($0.id)","first_name":\#(text($0.first)),"last_name":\#(text($0.last)),"emails":[{"email":"\#($0.email)","is_primary":true}],"more":1}"#
        }
        return .answer(
            200, #"{"data":[\#(items.joined(separator: ","))],"has_more":\#(next != nil),"next_cursor":\#(text(next))}"#
        )
    }

    private func find(_ fates: [Fate], _ params: String) throws -> (StageAnswer, Stage) {
        let stage = Stage(fates) { ($0.maxAttempts, $0.timeoutMs) = (1, 5000) }
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.findContacts","params":\#(params)}"#)
        stage.run(10)
        return (try #require(stage.answer(1)), stage)
    }

    static let matches: [(String, [Fate], String)] = [
        (
            #"{"emails":["A@x.example"]}"#,
            [page([("cnt_1", nil, nil, "a@X.example"), ("cnt_2", nil, nil, "aa@x.example")])],
            #"{"found":{"A@x.example":"cnt_1"},"ambiguous":{},"missing":[]}"#
        ),
        (
            #"{"names":["ana  SOUZA "]}"#,
            [
                page([
                    ("cnt_1", "Ana", "Souza", "a@x"), ("cnt_2", "Ana", "Souza-Lima", "b@x"),
                    ("cnt_3", "Ana", nil, "c@x"),
                ])
            ],
            #"{"found":{"ana  SOUZA ":"cnt_1"},"ambiguous":{},"missing":[]}"#
        ),
        (
            #"{"names":["Ana"]}"#, [page([("cnt_1", "Ana", "Souza", "a@x"), ("cnt_3", "Ana", nil, "c@x")])],
            #"{"found":{"Ana":"cnt_3"},"ambiguous":{},"missing":[]}"#
        ),
        (
            #"{"names":["Ana Souza"]}"#,
            [page([("cnt_1", "Ana", "Souza", "a@x")], next: "n"), page([("cnt_2", "Ana", "Souza", "b@x")])],
            #"{"found":{},"ambiguous":{"Ana Souza":[{"id":"cnt_1","first_name":"Ana","last_name":"Souza","emails":[{"email":"a@x","is_primary":true}]},{"id":"cnt_2","first_name":"Ana","last_name":"Souza","emails":[{"email":"b@x","is_primary":true}]}]},"missing":[]}"#
        ),
        (
            #"{"emails":["a@x","a@x"],"names":["é"]}"#, [page([]), page([("cnt_9", "É", nil, "e@x")])],
            #"{"found":{"é":"cnt_9"},"ambiguous":{},"missing":["a@x"]}"#
        ),
        (
            "{\"emails\":[\"jos\u{E9}@x\",\"jose\u{301}@x\"]}",
            [page([("cnt_1", nil, nil, "jos\u{E9}@x")]), page([("cnt_1", nil, nil, "jos\u{E9}@x")])],
            "{\"found\":{\"jos\u{E9}@x\":\"cnt_1\",\"jose\u{301}@x\":\"cnt_1\"},\"ambiguous\":{},\"missing\":[]}"
        ),
        (
            #"{"emails":["a\"b@x"]}"#, [page([("cnt_1", nil, nil, "a@x")])],
            #"{"found":{},"ambiguous":{},"missing":["a\"b@x"]}"#
        ),
    ]

    @Test(arguments: matches) func findsWholeMatches(params: String, fates: [Fate], data: String) throws {
        let (answer, stage) = try find(fates, params)
        #expect(answer.text.contains(#""result":{"data":\#(data),"meta":"#), "\(answer)")
        #expect(answer.attempts == fates.count && stage.sent.count == fates.count)
        #expect(stage.sent.allSatisfy { $0.target.hasPrefix("/v2/contacts?limit=100&search=") && $0.verb == .get })
    }

    @Test(arguments: [
        (#"{"data":[],"has_more":true,"next_cursor":null}"#, "gives no cursor to go on with"),
        (#"{"data":[],"has_more":true}"#, "gives no cursor to go on with"),
        (#"{"data":{},"has_more":false}"#, "is not a list"), ("[]", "is not a list"),
    ])
    func aSearchThatCannotEndIsNoAnswer(body: String, message: String) throws {
        let (answer, _) = try find([.answer(200, body)], #"{"emails":["a@x"]}"#)
        #expect(answer.kind == "bad_response" && answer.text.contains(message), "\(answer)")
    }

    /// `count` texts, `aN@x` for example.
    private static func texts(_ count: Int, _ before: String, _ behind: String) -> String {
        (0..<count).map { "\"\(before)\($0)\(behind)\"" }.joined(separator: ",")
    }
    private static let tooMany = #"{"emails":[\#(texts(30, "a", "@x"))],"names":[\#(texts(21, "n", ""))]}"#

    @Test(arguments: [
        "{}", #"{"emails":[]}"#, #"{"emails":[" "]}"#, #"{"emails":[""]}"#, #"{"names":["a",5]}"#, #"{"emails":"a@x"}"#,
        tooMany,
    ])
    func whatIsNoQueryIsRefused(params: String) throws {
        let (answer, stage) = try find([Self.page([])], params)
        #expect(answer.code == -32602 && stage.sent.isEmpty, "\(answer)")
    }

    @Test(
        arguments: [
            ([Fate.answer(403, "{}")], 403), ([.answer(200, "{}")], 1004),
            ([page([], next: "n"), page([], next: "n")], 1004),
            ([page([], next: "n"), .silence], 1002),
        ] as [([Fate], Int)])
    func halfASearchIsNoAnswer(fates: [Fate], code: Int) throws {
        #expect(try find(fates, #"{"emails":["a@x"]}"#).0.code == code)
    }

    // MARK: Transcripts

    private func window(_ transcript: String, _ params: String) throws -> StageAnswer {
        let stage = Stage([.answer(200, #"{"transcript":\#(transcript)}"#)]) { $0.maxAttempts = 1 }
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.getTranscript","params":{"engagement_id":"ngmt_a"\#(params)}}"#
        )
        stage.run(5)
        return try #require(stage.answer(1))
    }

    @Test(arguments: [
        (#""abcdef""#, "", #"{"text":"abcdef","offset":0,"total":6,"next_offset":null}"#),
        (#""abcdef""#, #","limit":4"#, #"{"text":"abcd","offset":0,"total":6,"next_offset":4}"#),
        (#""abcdef""#, #","offset":4,"limit":4"#, #"{"text":"ef","offset":4,"total":6,"next_offset":null}"#),
        (#""abcdef""#, #","offset":6"#, #"{"text":"","offset":6,"total":6,"next_offset":null}"#),
        (#""abcdef""#, #","offset":99"#, #"{"text":"","offset":6,"total":6,"next_offset":null}"#),
        (#""\ud83d\udc18x""#, #","limit":1"#, "{\"text\":\"\u{1F418}\",\"offset\":0,\"total\":2,\"next_offset\":1}"),
        // An accent stays with its letter, and a flag is not torn; but for a window that is smaller than they are.
        (#""ae\u0301b""#, #","limit":2"#, #"{"text":"a","offset":0,"total":4,"next_offset":1}"#),
        (#""e\u0301b""#, #","limit":1"#, #"{"text":"e","offset":0,"total":3,"next_offset":1}"#),
        ("null", "", #"{"text":null,"offset":0,"total":0,"next_offset":null}"#),
    ])
    func windowsOfATranscript(transcript: String, params: String, data: String) throws {
        let answer = try window(transcript, params)
        #expect(answer.text.contains(#""result":{"data":\#(data),"meta":"#), "\(answer)")
    }

    /// Window by window it is the whole, whatever their size.
    @Test(arguments: [1, 2, 3, 7, 1000]) func windowsJoinToTheWhole(limit: Int) throws {
        let whole =
            "Ça e\u{301}\u{302} \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7} fin\r\n\u{0}"
        let spelled =
            "\""
            + whole.unicodeScalars.map {
                $0.value < 32 ? "\\u00" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) : String($0)
            }.joined() + "\""
        var (text, offset): (String, Int?) = ("", 0)
        while let at = offset {
            let answer = try window(spelled, #","offset":\#(at),"limit":\#(limit)"#)
            let bytes = ByteBuffer(text: answer.text)
            try withExtendedLifetime(bytes) {
                var scanner = JSONScanner(bytes.bytes)
                let data = try #require(try scanner.text().member("result")?.member("data"))
                text.unicodeScalars += (data.member("text")?.string ?? "").unicodeScalars
                offset = data.member("next_offset")?.integer
            }
        }
        #expect(Array(text.unicodeScalars) == Array(whole.unicodeScalars))
    }

    @Test(arguments: ["7", "{}", "[]"]) func whatIsNoTranscriptIsSaid(transcript: String) throws {
        #expect(try window(transcript, "").code == 1004)
    }
}
