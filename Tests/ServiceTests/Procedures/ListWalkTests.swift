import Bytes
import HTTP
import JSONRPC
import Testing

@testable import EngagementAPI
@testable import Service

/// `all: true`: page after page, what ends it early, and what is not lost by that.
@Suite struct ListWalkTests {
    private func page(_ ids: [Int], next: String?, hasMore: Bool? = nil) -> Fate {
        let items = ids.map { #"{"id": "\#($0)",  "n":\#($0).50}"# }.joined(separator: " , ")
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        return .answer(
            200,
            #"{"object":"list","data":[\#(items)],"has_more":\#(hasMore ?? (next != nil)),"next_cursor":\#(cursor)}"#)
    }

    private func walk(_ stage: Stage, _ more: String = "", seconds: Double = 40) throws -> StageAnswer {
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"contact.list","params":{"all":true\#(more)}}"#)
        stage.run(seconds)
        return try #require(stage.answer(1))
    }

    @Test func pagesBecomeOneListByteForByte() throws {
        let stage = Stage([page([1, 2], next: "a/ß"), page([3], next: "b"), page([], next: nil)])
        let answer = try walk(stage, #","search":"x y","filter":{"updated_at":{"gt":"2026-01-01T00:00:00+02:00"}}"#)
        let order = "&order_by=updated_at%3Aasc"
        let query = "search=x%20y&filter%5Bupdated_at%5D%5Bgt%5D=2025-12-31T22%3A00%3A00Z"
        #expect(
            stage.sent.map(\.target) == [
                "/v2/contacts?\(query)\(order)&limit=100", "/v2/contacts?\(query)\(order)&limit=100&cursor=a%2F%C3%9F",
                "/v2/contacts?\(query)\(order)&limit=100&cursor=b",
            ])
        let data =
            #"{"object":"list","data":[{"id": "1",  "n":1.50},{"id": "2",  "n":2.50},{"id": "3",  "n":3.50}],"#
            + #""has_more":false,"next_cursor":null}"#
        #expect(answer.text.contains(#""result":{"data":\#(data),"meta":"#), "\(answer)")
        #expect(answer.attempts == 3 && answer.text.contains(#""pages":3"#))
        #expect(!answer.text.contains("stopped_by"))
    }

    /// Answers of more than 128 kB become frames without being copied; however the stream is framed.
    @Test(arguments: Framing.allCases, [false, true])
    func longLists(framing: Framing, isBatch: Bool) throws {
        let item = #"{"text":"\#(String(repeating: "x", count: 100_000))"}"#
        let stage = Stage([
            .answer(200, #"{"data":[\#(item)],"has_more":true,"next_cursor":"b"}"#),
            .answer(200, #"{"data":[\#(item)],"has_more":false}"#),
        ]) { $0.framing = framing }
        var output: [UInt8] = []
        stage.loop.onOutput = { output += $0 }
        let request = #"{"jsonrpc":"2.0","id":1,"method":"contact.list","params":{"all":true}}"#
        let message = isBatch ? "[\(request)]" : request
        let head = "Content-Length: \(message.utf8.count)\r\n\r\n"
        stage.loop.send(framing == .headers ? Array((head + message).utf8) : Array("\(message)\n".utf8))
        stage.run(10)
        let list = #"{"object":"list","data":[\#(item),\#(item)],"has_more":false,"next_cursor":null}"#
        var rest = output[...]
        if framing == .headers {
            let header = "Content-Length: \(output.count - "Content-Length: 000000\r\n\r\n".utf8.count)\r\n\r\n"
            #expect(rest.starts(with: header.utf8))
            rest = rest.dropFirst(header.utf8.count)
        }
        let begin =
            (isBatch ? "[" : "") + #"{"jsonrpc":"2.0","id":1,"result":{"data":"# + list + #","meta":{"status":200,"#
        #expect(rest.starts(with: begin.utf8))
        let end = #""pages":2}}}"# + (isBatch ? "]" : "") + (framing == .headers ? "" : "\n")
        #expect(rest.suffix(end.utf8.count).elementsEqual(end.utf8))
    }

    @Test func beginsWhereItIsToldTo() throws {
        let stage = Stage([page([1], next: nil)])
        _ = try walk(stage, #","cursor":"c=&d","limit":7"#)
        #expect(stage.sent.map(\.target) == ["/v2/contacts?order_by=updated_at%3Aasc&limit=7&cursor=c%3D%26d"])
    }

    /// A reason to stop early, what the API said until then, and what the answer must hold.
    struct Stop: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fates: [Fate]
        var params = ""
        let kind: String
        let items: Int
        let cursor: String?
        var hasError = true
    }

    private static func page(_ ids: [Int], _ next: String?, hasMore: Bool? = nil) -> Fate {
        ListWalkTests().page(ids, next: next, hasMore: hasMore)
    }

    static let stops: [Stop] = [
        Stop(
            testDescription: "max_items", fates: [page([1, 2], "a"), page([3], "b")], params: #","max_items":3"#,
            kind: "max_items", items: 3, cursor: "b", hasError: false),
        Stop(
            testDescription: "the same cursor again", fates: [page([1], "a"), page([2], "b"), page([3], "a")],
            kind: "bad_response", items: 3, cursor: "a"),
        Stop(
            testDescription: "more, and no cursor", fates: [page([1], nil, hasMore: true)], kind: "bad_response",
            items: 1, cursor: nil),
        Stop(
            testDescription: "a refusal after the first page", fates: [page([1], "a"), .answer(403, "{}")],
            kind: "forbidden", items: 1, cursor: "a"),
        Stop(
            testDescription: "an outage after the first page", fates: [page([1], "a"), .answer(500)],
            kind: "server_error", items: 1, cursor: "a"),
        Stop(
            testDescription: "no list after the first page", fates: [page([1], "a"), .answer(200, #"{"data":{}}"#)],
            kind: "bad_response", items: 1, cursor: "a"),
        Stop(
            testDescription: "no JSON after the first page", fates: [page([1], "a"), .answer(200, "<html>")],
            kind: "bad_response", items: 1, cursor: "a"),
        Stop(
            testDescription: "the deadline", fates: [page([1], "a"), page([2], "b"), .silence],
            params: #","options":{"timeout_ms":3000}"#, kind: "timeout", items: 2, cursor: "b"),
    ]

    @Test(arguments: stops) func whatHasComeIsKept(stop: Stop) throws {
        let answer = try walk(Stage(stop.fates), stop.params)
        #expect(answer.isResult, "\(answer)")
        #expect(answer.text.contains(#""stopped_by":{"kind":"\#(stop.kind)","message":""#), "\(answer)")
        #expect(answer.text.contains(#"\#(stop.items).50}],"has_more":true,"#), "\(answer)")
        #expect(answer.text.contains(#""next_cursor":\#(stop.cursor.map { "\"\($0)\"" } ?? "null")}"#), "\(answer)")
        #expect(answer.text.contains(#","error":{"code":"#) == stop.hasError, "\(answer)")
    }

    @Test(arguments: [(Fate.answer(403, "{}"), 403), (.answer(200, "[]"), 1004), (.silence, 1002)])
    func beforeTheFirstPageAFailureIsOne(fate: Fate, code: Int) throws {
        #expect(try walk(Stage([fate])).code == code)
    }

    @Test func aPageIsTriedAgain() throws {
        let answer = try walk(Stage([page([1], next: "a"), .answer(503), page([2], next: nil)]))
        #expect(answer.attempts == 3 && answer.text.contains("2.50}],\"has_more\":false"), "\(answer)")
    }

    /// What a page may still bring is asked for, and no more.
    @Test func theLastPageIsAsLargeAsWhatIsLeft() throws {
        let stage = Stage([page(Array(1...100), next: "a"), page(Array(101...150), next: "b")])
        _ = try walk(stage, #","max_items":150"#)
        #expect(
            stage.sent.map(\.target) == [
                "/v2/contacts?order_by=updated_at%3Aasc&limit=100",
                "/v2/contacts?order_by=updated_at%3Aasc&limit=50&cursor=a",
            ])
    }

    /// Told the pages directly: the simulated loop would copy them over and over.
    @Test func overSixtyFourMebibytesItStops() throws {
        let walk = ListWalk(ByteBuffer(text: "/v2/contacts").bytes, Shaping(fields: nil, walk: (true, 100)))
        var asked = 0
        var step = walk.next(after: .begun)
        while true {
            switch step {
            case .tell(_, then: let next), .noteLeft(_, then: let next): step = next
            case .send(let request):
                asked += 1
                let asking = HTTPRequest(.get, target: request.target)
                let exchange = Exchange(tag: 0, request: asking, body: ByteBuffer(), connectTimeoutMs: 1000)
                let item = String(repeating: "x", count: 30_000_000)
                exchange.body.append(text: "{\"data\":[\"\(item)\"],\"has_more\":true,")
                exchange.body.append(text: "\"next_cursor\":\"\(asked)\"}")
                step = walk.next(after: .answered(exchange))
            case .finish(_, let data, _, let meta):
                #expect(asked == 3 && data?.bytes.text.hasSuffix("\"next_cursor\":\"3\"}") == true)
                #expect(meta?.bytes.text.contains("\"stopped_by\":{\"kind\":\"too_large\"") == true)
                return
            case .fail(let failure): throw failure
            case .recall, .askPerson, .takeTurn:
                Issue.record("nobody else is asked")
                return
            }
        }
    }

    @Test(arguments: ["updated_at:asc", "updated_at:desc"]) func anOrderThatIsNamedIsKept(order: String) throws {
        let stage = Stage([page([1], next: nil)])
        _ = try walk(stage, #","order_by":"\#(order)","search":"order_by=x""#)
        #expect(
            stage.sent.map(\.target) == [
                "/v2/contacts?search=order_by%3Dx&order_by=\(order.replacing(":", with: "%3A"))&limit=100"
            ])
    }

    /// What is edited while the walk goes on comes again at the end, and only as it is then.
    @Test func anElementThatComesAgainReplacesTheEarlierOne() throws {
        func list(_ items: [String], _ next: String?) -> Fate {
            let cursor = next.map { "\"\($0)\"" } ?? "null"
            let data = items.joined(separator: ",")
            return .answer(200, #"{"data":[\#(data)],"has_more":\#(next != nil),"next_cursor":\#(cursor)}"#)
        }
        let fates = [
            list([#"{"id":"a","v":1}"#, #"{"id":"b","v":1}"#, "7", #"{"v":0}"#, #"{"id":8}"#], "p"),
            list([#"{"id":"c","v":1.0}"#, #"{"v":0}"#, #"{"id":8}"#, "7", #"{"id":"é"}"#], "q"),
            list([#"{"id":"\u0061",  "v":2}"#, #"{"id":"c","v":2}"#, #"{"id":"e\u0301"}"#], "r"),
            list([#"{"id":"a","v":3}"#, #"{"id":"\u00e9","v":2}"#], nil),
        ]
        let whole =
            #"{"id":"b","v":1},7,{"v":0},{"id":8},{"v":0},{"id":8},7,{"id":"c","v":2},{"id":"e\u0301"},"#
            + #"{"id":"a","v":3},{"id":"\u00e9","v":2}"#
        let answer = try walk(Stage(fates))
        #expect(answer.text.contains(#""data":[\#(whole)],"has_more":false"#), "\(answer)")
        // By the id, whether or not it is among the fields; max_items counts what is left.
        let values = try walk(Stage(fates), #","fields":["v"],"max_items":12"#)
        #expect(values.text.contains(#"{"v":2},{},{"v":3},{"v":2}],"has_more":false"#), "\(values)")
        #expect(!values.text.contains("stopped_by"))
    }

    static let overlong: [(String, String, [Fate])] = [
        ("", "null", [page([1, 2, 3, 4], "a")]), (#","cursor":"s =""#, #""s =""#, [page([1, 2, 3, 4], "a")]),
        ("", #""a""#, [page([1, 2], "a"), page([3, 4, 5], "b")]),
        ("", #""a""#, [page([1, 2], "a"), page([2, 1, 3, 2, 9], nil)]),
    ]

    /// A server that takes no notice of `limit` gives no more than was asked for, and nothing is passed over by going
    /// on from there.
    @Test(arguments: overlong) func maxItemsHolds(params: String, cursor: String, fates: [Fate]) throws {
        let answer = try walk(Stage(fates), params + #","max_items":3"#)
        #expect(answer.text.contains(#""stopped_by":{"kind":"max_items""#), "\(answer)")
        #expect(answer.text.contains(#""has_more":true,"next_cursor":\#(cursor)}"#), "\(answer)")
        #expect(answer.text.split(separator: #"{"id": "#).count == 4, "\(answer)")
        #expect(!answer.text.contains("9.50") && !answer.text.contains("4.50"), "\(answer)")
    }

    @Test func maxItemsThatFitsIsNoReasonToStop() throws {
        let answer = try walk(Stage([page([1, 2], next: "a"), page([2, 1, 3], next: nil)]), #","max_items":3"#)
        #expect(answer.text.contains("2.50},{\"id\": \"1\",  \"n\":1.50},{\"id\": \"3\""), "\(answer)")
        #expect(!answer.text.contains("stopped_by"), "\(answer)")
    }

    /// A list that gives the same elements for ever takes no more memory for that.
    @Test func whatIsReplacedIsNotKept() throws {
        let walk = ListWalk(ByteBuffer(text: "/v2/contacts").bytes, Shaping(fields: nil, walk: (true, 100)))
        var step = walk.next(after: .begun)
        let text = String(repeating: "x", count: 1_000_000)
        for number in 1...200 {
            if case .tell(_, then: let next) = step { step = next }
            guard case .send(let request) = step else { break }
            let asking = HTTPRequest(.get, target: request.target)
            let exchange = Exchange(tag: 0, request: asking, body: ByteBuffer(), connectTimeoutMs: 1000)
            exchange.body.append(text: #"{"data":[{"id":"a","n":\#(number),"text":"\#(text)"},{"id":"b"}],"has_more":"#)
            exchange.body.append(text: number < 200 ? #"true,"next_cursor":"\#(number)"}"# : "false}")
            step = walk.next(after: .answered(exchange))
        }
        guard case .finish(_, let data?, _, let meta?) = step else { return #expect(Bool(false)) }
        let end = #""},{"id":"b"}],"has_more":false,"next_cursor":null}"#
        #expect(data.bytes.text == #"{"object":"list","data":[{"id":"a","n":200,"text":"\#(text)"# + end)
        #expect(meta.bytes.text == ",\"pages\":200")
    }

    /// A hundred thousand ids are as quickly told apart as a few.
    @Test func manyIds() throws {
        let numbers = Array(0..<40_000)
        let fates = numbers.split(by: 1000).enumerated().map { page($1, next: $0 < 39 ? "\($0)" : nil) }
        let answer = try walk(Stage(fates), #","max_items":100000,"fields":["n"]"#)
        let data = numbers.map { #"{"n":\#($0).50}"# }.joined(separator: ",")
        #expect(answer.text.contains(#""data":[\#(data)],"has_more":false"#))
    }

    @Test func theHostHearsHowFarItIs() throws {
        let stage = Stage([page([1, 2], next: "a"), page([3], next: "b"), page([4], next: nil)])
        _ = try walk(stage, #","options":{"progress_token":"t\u0031"}"#)
        let heard = stage.answers["-", default: []].map(\.text)
        #expect(
            heard
                == [(2, 1), (3, 2)].map { items, pages in
                    #"{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t\u0031","value":{"items":\#(items),"pages":\#(pages)}}}"#
                })
    }

    @Test func fieldsApplyToEachElement() throws {
        let answer = try walk(Stage([page([1], next: "a"), page([2], next: nil)]), #","fields":["n"]"#)
        #expect(answer.text.contains(#""data":[{"n":1.50},{"n":2.50}],"has_more":false"#), "\(answer)")
    }

    @Test func aCancelledWalkIsNoResult() throws {
        let stage = Stage([page([1], next: "a"), .silence])
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"contact.list","params":{"all":true}}"#)
        stage.run(1)
        stage.cancel(1)
        stage.run(1)
        #expect(stage.answer(1)?.code == -32800)
    }
}

extension [Int] {
    fileprivate func split(by length: Int) -> [[Int]] {
        stride(from: 0, to: count, by: length).map { Array(self[$0..<Swift.min($0 + length, count)]) }
    }
}
