import Bytes
import TestSupport
import Testing

@testable import Runtime

/// Content codings taken off an answer, by the libraries that libcurl has brought along.
@Suite struct ContentCodingTests {
    /// `{"a":1}` and, as two members, `{"a":` and `1}`, as zlib 1.2 and brotli 1.0 make them.
    private static let gzip = "1f8b0800000000000203ab564a54b232ac0500afac1b5607000000"
    private static let members =
        "1f8b0800000000000203ab564a54b20200f37fb06a050000001f8b080000000000020333ac0500cc1830a902000000"
    private static let zlib = "789cab564a54b232ac0500082a0209"
    private static let bare = "ab564a54b232ac0500"
    private static let brotli = "0b03807b2261223a317d03"

    private static func bytes(_ hex: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(hex)
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    private func decode(_ content: [UInt8], _ value: String, limit: Int = 1000) throws -> String {
        let field = ByteBuffer(value.utf8)
        let input = ByteBuffer(content)
        for coding in ContentCoding.codings(in: field.bytes).reversed() {
            let output = ByteBuffer()
            try coding.decode(input.bytes, into: output, limit: limit)
            input.truncate(to: 0)
            input.append(output)
        }
        return input.bytes.text
    }

    @Test(arguments: [
        ("gzip", gzip), ("GZIP", gzip), ("x-gzip", gzip), ("gzip", members), ("gzip", gzip + "0000"), ("deflate", zlib),
        ("deflate", bare), ("br", brotli), ("utf-8, gzip ,8bit", members), ("aws-chunked,br", brotli),
    ])
    func whatIsWhole(value: String, hex: String) throws {
        #expect(try decode(Self.bytes(hex), value) == #"{"a":1}"#)
    }

    @Test(arguments: ["utf-8", "8bit", "aws-chunked", "identity", "none", "", ",", " , ,", "compress", "gzipp"])
    func whatIsNoCodingIsPassedOver(value: String) throws {
        #expect(try decode(Array(#"{"a":1}"#.utf8), value) == #"{"a":1}"#)
    }

    @Test(arguments: [("gzip", gzip), ("gzip", members), ("deflate", zlib), ("deflate", bare), ("br", brotli)])
    func whatIsCutIsCorrupt(value: String, hex: String) throws {
        let whole = Self.bytes(hex)
        for count in 1..<whole.count {
            // The first member of two is whole by itself.
            if hex == Self.members, count == 25 { continue }
            #expect(throws: ContentCoding.Failure.corrupt, "\(count)") { try decode(Array(whole.prefix(count)), value) }
        }
        #expect(throws: ContentCoding.Failure.corrupt) { try decode(whole + [1], value) }
        #expect(throws: ContentCoding.Failure.corrupt) { try decode(Array("{}".utf8), value) }
    }

    @Test func aBombIsStoppedAtTheLimit() throws {
        #expect(throws: ContentCoding.Failure.tooLarge) {
            try decode(Gzip.bomb(bytes: 1_000_000), "gzip", limit: 900_000)
        }
        #expect(try decode(Gzip.bomb(bytes: 100_000), "gzip", limit: 200_000).utf8.allSatisfy { $0 == 0x20 })
    }

    /// Whatever comes, it ends, and within the limit.
    @Test func nonsense() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            var content = Self.bytes(
                [Self.gzip, Self.members, Self.zlib, Self.bare, Self.brotli].randomElement(using: &generator) ?? "")
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                content[Int.random(in: content.indices, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            for value in ["gzip", "deflate", "br"] {
                if let text = try? decode(content, value, limit: 5000) { #expect(text.utf8.count <= 3 * 5000) }
            }
        }
    }

    @Test func allThreeAreOffered() { #expect(ContentCoding.accepted == "gzip, deflate, br") }
}
