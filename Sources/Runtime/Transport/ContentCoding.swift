import Bytes
import CSystem

/// A content coding (RFC 9110 §8.4.1) that this program can decode.
enum ContentCoding {
    case gzip, deflate, brotli

    enum Failure: Error {
        /// The bytes are cut, or not in this coding.
        case corrupt
        /// The decoded bytes exceed the limit.
        case tooLarge
        /// There is no memory for the decoded bytes.
        case noMemory
    }

    /// The value of `Accept-Encoding`: the codings whose libraries are in this process.
    static let accepted: String = {
        let codings: [(rpc_coding, String)] = [
            (rpc_coding_gzip, "gzip"), (rpc_coding_deflate, "deflate"), (rpc_coding_brotli, "br"),
        ]
        let names = codings.filter { rpc_can_decode($0.0) != 0 }.map(\.1)
        return names.isEmpty ? "identity" : names.joined(separator: ", ")
    }()

    /// The codings that `Content-Encoding` names, in the order in which the server applied them. Other names are
    /// skipped, as browsers do: servers put character sets and transfer codings there.
    static func codings(in value: Bytes) -> [ContentCoding] {
        var codings: [ContentCoding] = []
        var rest = value
        while true {
            let end = rest.firstPosition(of: UInt8(ascii: ",")) ?? rest.count
            if let coding = ContentCoding(rest.slice(0, end).trimmed) { codings.append(coding) }
            guard end < rest.count else { return codings }
            rest = rest.dropping(end + 1)
        }
    }

    private init?(_ name: Bytes) {
        switch name.count {
        case 2 where name.equalsIgnoringCase("br"): self = .brotli
        case 4 where name.equalsIgnoringCase("gzip"): self = .gzip
        case 6 where name.equalsIgnoringCase("x-gzip"): self = .gzip
        case 7 where name.equalsIgnoringCase("deflate"): self = .deflate
        default: return nil
        }
    }

    private var library: rpc_coding {
        switch self {
        case .gzip: rpc_coding_gzip
        case .deflate: rpc_coding_deflate
        case .brotli: rpc_coding_brotli
        }
    }

    /// The decoded bytes, and the limit of their number.
    private struct Sink {
        let buffer: ByteBuffer
        let limit: Int
        var stop: Failure?
    }

    /// Decodes `input` and appends it to `output`, which may hold `limit` bytes.
    func decode(_ input: Bytes, into output: ByteBuffer, limit: Int) throws(Failure) {
        guard !input.isEmpty else { return }
        var sink = Sink(buffer: output, limit: limit)
        let result = withUnsafeMutablePointer(to: &sink) {
            rpc_decode(library, input.baseAddress, input.count, Self.take, $0)
        }
        switch result {
        case rpc_decoding_whole: return
        case rpc_decoding_stopped: throw sink.stop ?? .tooLarge
        case rpc_decoding_no_memory: throw .noMemory
        default: throw .corrupt
        }
    }

    private static let take: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32 = {
        guard let sink = $0?.assumingMemoryBound(to: Sink.self) else { return 0 }
        if sink.pointee.buffer.count + $2 > sink.pointee.limit {
            sink.pointee.stop = .tooLarge
        } else if !sink.pointee.buffer.tryReserve($2) {
            sink.pointee.stop = .noMemory
        } else {
            sink.pointee.buffer.append(Bytes(start: $1, count: $2))
            return 1
        }
        return 0
    }
}
