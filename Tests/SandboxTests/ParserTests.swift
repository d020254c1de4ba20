import Bytes
import Testing

@testable import Sandbox

/// The request parser, fed in two parts split at every byte, and byte by byte.
@Suite struct ParserTests {
    struct Good: CustomTestStringConvertible {
        let name: String
        let text: String
        var method = "GET"
        var path = "/a"
        var query: String?
        var host: String? = "h"
        var authorization: String?
        var body = ""
        var keepsAlive = true
        var expectsContinue = false
        var testDescription: String { name }
    }

    static let good: [Good] = [
        Good(name: "plain", text: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        Good(name: "leading empty lines", text: "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        Good(name: "query", text: "GET /a?b=1?&c HTTP/1.1\r\nhOST:h\r\n\r\n", query: "b=1?&c"),
        Good(name: "empty query", text: "GET /a? HTTP/1.1\r\nHost:\t h \t\r\n\r\n", query: ""),
        Good(name: "empty host", text: "GET /a HTTP/1.1\r\nHost:\r\n\r\n", host: ""),
        Good(
            name: "authorization", text: "GET /a HTTP/1.1\r\nHost: h\r\nauthorization: Bearer x y\r\n\r\n",
            authorization: "Bearer x y"),
        Good(name: "1.0", text: "GET /a HTTP/1.0\r\n\r\n", host: nil, keepsAlive: false),
        Good(name: "1.0 kept", text: "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", host: nil),
        Good(
            name: "close", text: "GET /a HTTP/1.1\r\nHost: h\r\nConnection: TE , Close\r\n\r\n", keepsAlive: false),
        Good(
            name: "body", text: "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n\r\n\r\nx", method: "PUT",
            body: "\r\n\r\nx"),
        Good(
            name: "body announced",
            text: "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
            method: "PUT", body: "x", expectsContinue: true),
        Good(
            name: "empty body announced",
            text: "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", method: "PUT"),
        Good(
            name: "chunks",
            text: "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "1\r\nx\r\n00A ; name=\"v\"\r\n0123456789\r\n0;\r\nTrailer: t\r\n\r\n",
            method: "PUT", body: "x0123456789"),
        Good(
            name: "no chunk", text: "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            method: "PUT"),
        Good(name: "bytes above 127 in a field", text: "GET /a HTTP/1.1\r\nHost: h\r\nX: é\r\n\r\n"),
    ]

    private func check(_ parser: HTTPRequestParser, _ test: Good) {
        #expect(parser.state == .complete)
        let request = parser.request
        #expect(request.method.text == test.method)
        #expect(request.path.text == test.path)
        #expect(request.query?.text == test.query)
        #expect(request.host?.text == test.host)
        #expect(request.authorization?.text == test.authorization)
        #expect(request.body.text == test.body)
        #expect(parser.keepsAlive == test.keepsAlive)
        #expect(parser.expectsContinue == test.expectsContinue)
    }

    @Test(arguments: good) func readsHoweverItIsSplit(_ test: Good) {
        let bytes = Array(test.text.utf8)
        let next = Array("GET /next".utf8)
        var parser = HTTPRequestParser()
        for split in 0...bytes.count {
            bytes.withUnsafeBytes { all in
                #expect(parser.feed(all.slice(0, split)) == split)
                (all.dropping(split).map { $0 } + next).withUnsafeBytes { rest in
                    #expect(parser.feed(rest) == bytes.count - split)
                }
            }
            check(parser, test)
            parser.reset()
        }
        for byte in bytes { withUnsafeBytes(of: byte) { _ = parser.feed($0) } }
        check(parser, test)
    }

    @Test(arguments: [
        ("GET /a HTTP/1.1\n", 400), ("GET /a HTTP/1.1\r\nHost: h\r\n\n", 400), ("GET  /a HTTP/1.1\r\n", 400),
        ("GET /a  HTTP/1.1\r\n", 400), (" GET /a HTTP/1.1\r\n", 400), ("GET a HTTP/1.1\r\n", 400),
        ("GET * HTTP/1.1\r\n", 400), ("GET /\u{E9} HTTP/1.1\r\n", 400), ("GET /a http/1.1\r\n", 400),
        ("GET /a HTTP/2.0\r\n", 505), ("GET /a HTTP/1.1\r\n\r\n", 400), ("GET /a HTTP/1.1\r\n: x\r\n", 400),
        ("GET /a HTTP/1.1\r\nX\r\n", 400), ("GET /a HTTP/1.1\r\nX: a\rb\r\n", 400),
        ("GET /a HTTP/1.1\r\nX: \0\r\n", 400),
        ("GET /a HTTP/1.1\r\nContent-Length:\r\n", 400), ("GET /a HTTP/1.1\r\nContent-Length: +1\r\n", 400),
        ("GET /a HTTP/1.1\r\nContent-Length: 1, 1\r\n", 400), ("GET /a HTTP/1.1\r\nContent-Length: 0x1\r\n", 400),
        ("GET /a HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n", 501),
        ("GET /a HTTP/1.1\r\nAuthorization: a\r\nAuthorization: b\r\n", 400),
        ("GET /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1 1\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2000001\r\n", 413),
        ("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 33554433\r\n\r\n", 413),
    ])
    func refuses(text: String, status: Int) {
        var parser = HTTPRequestParser()
        for byte in text.utf8 { withUnsafeBytes(of: byte) { _ = parser.feed($0) } }
        #expect(parser.state == .failed(status))
    }

    @Test func boundsWhatItKeeps() {
        func fed(_ start: String, _ piece: String, times: Int) -> HTTPRequestParser.State {
            var parser = HTTPRequestParser()
            Array(start.utf8).withUnsafeBytes { _ = parser.feed($0) }
            let bytes = Array(piece.utf8)
            for _ in 0..<times { bytes.withUnsafeBytes { _ = parser.feed($0) } }
            return parser.state
        }
        let head = "GET /a HTTP/1.1\r\nHost: h\r\n"
        let line = "X: " + String(repeating: "y", count: 1000) + "\r\n"
        #expect(fed(head, line, times: 64) == .head)
        #expect(fed(head, line, times: 70) == .failed(431))
        #expect(fed(head, "X: y\r\n", times: 255) == .head)
        #expect(fed(head, "X: y\r\n", times: 256) == .failed(431))
        #expect(fed(head + "X: ", line.filter { !$0.isNewline }, times: 70) == .failed(431))
        let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
        #expect(fed(chunked + "1;", line.filter { !$0.isNewline }, times: 5) == .failed(400))
        #expect(fed(chunked + "0\r\n", line, times: 64) == .trailers)
        #expect(fed(chunked + "0\r\n", line, times: 70) == .failed(431))
        let block = "80000\r\n" + String(repeating: "z", count: 0x80000) + "\r\n"
        #expect(fed(chunked, block, times: 64) == .chunkSize)
        #expect(fed(chunked, block, times: 65) == .failed(413))
    }
}
