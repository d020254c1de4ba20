import TestSupport
import Testing

/// What `Content-Encoding` says, and what is made of it: for answers and for errors.
@Suite(.ownThread, .overTLSToo)
struct EncodingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let coding: String
        let encode: @Sendable ([UInt8]) -> [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ coding: String, _ encode: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) {
            (self.name, self.coding, self.encode) = (name, coding, encode)
        }
    }

    static let read =
        ["utf-8", "UTF-8", "8bit", "aws-chunked", "identity", "none", "binary"].map { Row($0, $0) } + [
            Row("gzip", "gzip", Gzip.stored), Row("x-gzip", "x-gzip", Gzip.stored),
            Row("gzip of two members", "gzip") {
                Gzip.stored(Array($0.prefix(9))) + Gzip.stored(Array($0.dropFirst(9)))
            },
            Row("gzip of three, one empty", "gzip") {
                Gzip.stored([]) + Gzip.stored(Array($0.prefix(1))) + Gzip.stored(Array($0.dropFirst(1)))
            },
            Row("deflate", "deflate", Gzip.zlib), Row("deflate without its frame", "deflate", Gzip.deflate),
            Row("brotli", "br", Gzip.brotli),
        ]

    private static let data = #"{"object":"engagement","id":"ngmt_a","title":"ß"}"#
    private static let refusal =
        #"{"type":"about:blank","title":"T","status":422,"errors":[{"field":"contact_ids[0]","code":"not_found","message":"M"}]}"#

    private static func answer(_ status: Int, _ body: String, _ row: Row) -> Reaction {
        .answer("HTTP/1.1 \(status) Said", row.encode(Array(body.utf8)), ["Content-Encoding: \(row.coding)"])
    }

    @Test(arguments: read)
    func isRead(row: Row) throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_a") ? Self.answer(200, Self.data, row) : Self.answer(422, Self.refusal, row)
        }
        let host = try bridge(to: server, attempts: 3)
        for sample in [SampleCall.get, .put] {
            let answer = try host.call(sample, "a")
            #expect(answer.text("result", "data") == Self.data && answer.attempts == 1, "\(answer)")
        }
        let refused = try host.call(.put, "b")
        #expect(refused.code == 422 && refused.applied == "no", "\(refused)")
        #expect(refused.string("error", "data", "errors", "0", "code") == "not_found", "\(refused)")
        try host.finish()
    }

    static let corrupt = [
        Row("gzip that is none", "gzip"),
        Row("gzip with a wrong sum", "gzip") { Gzip.stored($0).dropLast(8) + [UInt8](repeating: 7, count: 8) },
        Row("gzip of another kind of block", "gzip") { body in
            var bytes = Gzip.stored(body)
            bytes[10] = 7
            return bytes
        },
        Row("gzip and junk behind it", "gzip") { Gzip.stored($0) + Array("junk behind it".utf8) },
        Row("deflate that is none", "deflate") { _ in [0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        Row("brotli that is none", "br") { _ in [0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
    ]

    @Test(arguments: corrupt)
    func whatCanNotBeDecompressedSaysSo(row: Row) throws {
        let server = try FaultServer(always: Self.answer(200, Self.data, row))
        let host = try bridge(to: server, attempts: 3)
        for sample in [SampleCall.get, .put, .patch] {
            let answer = try host.call(sample, "a")
            #expect(answer.kind == "bad_response" && answer.applied == (sample.isWrite ? "yes" : nil), "\(answer)")
            #expect(answer.message.lowercased().contains("compress"), "\(answer)")
            #expect(sample.count(server, "a") == answer.attempts && answer.attempts == (sample == .get ? 2 : 1))
        }
        try host.finish()
    }
}
