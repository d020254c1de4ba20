import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Reads the names of records that a question shows, one after another.
struct NameReading {
    /// The path of a record, without its id.
    private let path: StaticString
    /// The names read so far, by id; empty where a read failed.
    private var names: [String: String] = [:]
    private var unread: [String] = []
    private var absent: [String] = []

    /// - Parameter path: of a record, up to its id.
    init(path: StaticString) { self.path = path }

    /// The records that do not exist.
    var missing: [String] { absent }

    /// The name of a record, if it was read.
    subscript(id: String) -> String? { names[id] }

    /// Which names the question shows. Those that were read before are not read again.
    mutating func want(_ ids: some Sequence<String>) {
        unread = ids.prefix(QuestionText.limit).filter { names[$0] == nil }
    }

    /// The read of the next record; nil when all were read.
    var next: APIRequest? {
        guard let id = unread.first else { return nil }
        let target = ByteBuffer(Bytes(path))
        target.appendPercentEncoded(id)
        return APIRequest(.get, target: target, .read, about: .id, isLookUp: true)
    }

    /// Records the name of the record that was read.
    mutating func keep(_ name: String?) {
        if !unread.isEmpty { names[unread.removeFirst()] = name ?? "" }
    }

    /// Records that a record can't be read. The question names it by its id alone.
    mutating func pass(over failure: RPCFailure) {
        if failure.kind == .notFound { absent += unread.prefix(1) }
        if failure.isLikelyForAll { unread = [] }
        keep(nil)
    }
}
