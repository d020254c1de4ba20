import Bytes
import HTTP
import JSON
import JSONRPC

/// Returns a part of a transcript. Offset and limit count code points; the part ends between grapheme clusters, unless
/// one alone exceeds the limit.
final class TranscriptWindow: Procedure {
    static let usualLimit = 20_000

    private let engagement: ByteBuffer
    private let offset: Int
    private let limit: Int

    /// - Parameter engagement: the bound path.
    init(engagement: Bytes, offset: Int, limit: Int) {
        self.engagement = ByteBuffer(engagement)
        self.offset = offset
        self.limit = limit
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun:
            let target = ByteBuffer(engagement.bytes)
            target.append("?expand=transcript")
            return .send(APIRequest(.get, target: target, .read, about: .id))
        case .answered(let exchange):
            let transcript = JSONSlice(checked: exchange.answer).member("transcript")
            guard let transcript, transcript.kind == .null || transcript.kind == .string else {
                return .fail(RPCFailure(.badResponse, "The API's answer has no transcript, although it was asked for."))
            }
            return .finish(exchange, data: window(of: transcript.string))
        case .failed(let failure, _): return .fail(failure)
        case .recalled, .told, .outdated: return .fail(.unasked)
        }
    }

    private func window(of transcript: String?) -> ByteBuffer {
        let scalars = (transcript ?? "").unicodeScalars
        let total = scalars.count
        let start = scalars.index(scalars.startIndex, offsetBy: min(offset, total))
        var end = scalars.index(start, offsetBy: limit, limitedBy: scalars.endIndex) ?? scalars.endIndex
        if let transcript, end < transcript.endIndex {
            // Both calls round down to the start of a grapheme cluster.
            let whole = transcript.index(before: transcript.index(after: end))
            if whole > start { end = whole }
        }
        let length = scalars.distance(from: start, to: end)
        let data = ByteBuffer(capacity: 2 * length + 128)
        var json = JSONWriter(data)
        json.beginObject()
        json.name("text")
        if transcript == nil { json.null() } else { json.string(String(scalars[start..<end])) }
        json.member("offset", min(offset, total))
        json.member("total", total)
        json.name("next_offset")
        if end < scalars.endIndex { json.integer(min(offset, total) + length) } else { json.null() }
        json.endObject()
        return data
    }
}
