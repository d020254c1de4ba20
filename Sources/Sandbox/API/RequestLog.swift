import Bytes
import JSON

/// The received requests, newest last: by default at most 10,000 requests and 16 MiB.
///
/// Keeps each request as the JSON text of its record, and all of them in one block, so that a million requests use no
/// more memory than the newest ten thousand.
struct RequestLog {
    /// Bytes of one body in the log, at most: enough for 100,000 contacts.
    static let bodyLimit = 4 << 20
    /// Levels of one body that the log shows as JSON, at most.
    private static let depthLimit = 504

    /// The token of a request.
    enum Token: String { case present, absent, wrong }

    private let limit: Int
    private let byteLimit: Int
    /// The records, each followed by a comma, after `start` bytes of removed ones.
    private let text = ByteBuffer()
    private var start = 0
    /// The length of each record, from `first` on.
    private var lengths: [Int] = []
    private var first = 0

    /// A log of at most `limit` requests and `byteLimit` bytes of JSON; the newest request is always kept.
    init(limit: Int = 10_000, byteLimit: Int = 16 << 20) { (self.limit, self.byteLimit) = (limit, byteLimit) }

    /// The number of requests in the log.
    var count: Int { lengths.count - first }

    /// Appends a request. `path` is without `/api`.
    mutating func append(_ request: IncomingRequest, path: Bytes, token: Token, atMs: Int) {
        let before = text.count
        text.append("{\"method\":\"")
        text.append(request.method)
        text.append("\",\"path\":")
        JSONWriter.appendString(path, to: text)
        if let query = request.query {
            text.append(",\"query\":")
            JSONWriter.appendString(query, to: text)
        }
        if !request.body.isEmpty { append(body: request.body) }
        text.append(",\"token\":\"")
        text.append(text: token.rawValue)
        text.append("\",\"at_ms\":")
        text.append(decimal: atMs)
        text.append("},")
        lengths.append(text.count - before)
        while count > limit || (count > 1 && text.count - start > byteLimit) { dropOldest() }
        if start > max(64 << 10, text.count / 2) {
            text.removeFirst(start)
            text.shrink(to: max(64 << 10, text.count * 2))
            start = 0
            lengths.removeFirst(first)
            first = 0
        }
    }

    mutating func removeAll() {
        text.truncate(to: 0)
        text.shrink(to: 256)
        (start, first, lengths) = (0, 0, [])
    }

    /// Writes the list of all requests.
    func write(to json: inout JSONWriter) {
        json.beginArray()
        if count > 0 { json.raw(text.bytes.slice(start, text.count - 1)) }
        json.endArray()
    }

    private mutating func dropOldest() {
        start += lengths[first]
        first += 1
    }

    /// Shows a JSON body as JSON on one line, any other body as a string.
    private func append(body: Bytes) {
        text.append(",\"body\":")
        guard body.count <= Self.bodyLimit else {
            JSONWriter.appendString(body.slice(0, Self.bodyLimit), to: text)
            text.append(",\"body_cut\":true,\"body_bytes\":")
            text.append(decimal: body.count)
            return
        }
        // The log nests a body a few levels deep. A body that would then exceed a reader's limit is shown as text.
        guard let shape = JSONInput.Shape(body), shape.depth <= Self.depthLimit, JSONInput(body) != nil else {
            JSONWriter.appendString(body, to: text)
            return
        }
        for byte in body { text.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
    }
}
