import Bytes
import Foundation
import JSON

/// One event as a line of JSON. A write's begin and end share its number and the process.
enum JournalLine {
    /// The version of the line's format. It also distinguishes a journal from other files.
    static let version = 1

    /// The beginning of every line.
    static let start: StaticString = "{\"journal\":1,"

    /// Appends the line, with its line break.
    static func append(_ event: JournalEvent, at time: String, process: Int32, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("journal", version)
        json.member("at", time)
        json.member("number", event.number)
        json.member("process", Int(process))
        switch event.kind {
        case .begin(let replacement):
            json.member("event", "begin")
            json.member("method", event.method)
            json.member("id", event.resource)
            if let replacement {
                json.member("before", replacement.before)
                json.member("wanted", replacement.wanted)
            }
        case .end(let applied, let status, let attempts):
            json.member("event", "end")
            json.member("id", event.resource)
            json.member("applied", applied)
            if let status { json.member("status", status) }
            json.member("attempts", attempts)
        }
        json.endObject()
        out.append(UInt8(ascii: "\n"))
    }

    /// What a write's begin and end share.
    struct Key: Hashable {
        let number: Int
        let process: Int
    }

    /// An event read from a line.
    enum Read {
        case begin(Key, JournalRecord)
        case end(Key, applied: String, status: Int?)
    }

    /// Nil for anything but a whole line of a journal.
    static func read(_ line: Bytes) -> Read? {
        guard let base = line.baseAddress, line.starts(with: start) else { return nil }
        let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: line.count, deallocator: .none)
        guard let root = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
            let number = root["number"] as? Int, let process = root["process"] as? Int
        else { return nil }
        let key = Key(number: number, process: process)
        if root["event"] as? String == "end" {
            guard let applied = root["applied"] as? String, ["yes", "no", "unknown"].contains(applied) else {
                return nil
            }
            return .end(key, applied: applied, status: root["status"] as? Int)
        }
        guard root["event"] as? String == "begin", let at = root["at"] as? String,
            let method = root["method"] as? String, let resource = root["id"] as? String,
            isShort(at), isShort(method), resource.isEmpty || isID(resource)
        else { return nil }
        for ids in [root["before"], root["wanted"]] where ids != nil {
            guard let ids = ids as? [String], ids.allSatisfy({ isID($0, "cnt_") }) else { return nil }
        }
        let record = JournalRecord(
            number: number, at: at, method: method, resource: resource, before: root["before"] as? [String],
            wanted: root["wanted"] as? [String], applied: "unknown", status: nil)
        return .begin(key, record)
    }

    /// Bytes of an id, at most.
    private static let idLimit = 128

    /// Whether `text` looks like an id: a kind, then letters and digits. Ids go into paths and bodies.
    static func isID(_ text: String, _ prefix: String? = nil) -> Bool {
        guard text.utf8.count <= idLimit, let bar = text.utf8.firstIndex(of: UInt8(ascii: "_")) else { return false }
        let (kind, name) = (text.utf8[...bar], text.utf8[bar...].dropFirst())
        if let prefix { guard kind.elementsEqual(prefix.utf8) else { return false } }
        return kind.count > 1 && kind.dropLast().allSatisfy(\.isAlphanumeric) && !name.isEmpty
            && name.allSatisfy(\.isAlphanumeric)
    }

    /// Whether a time or a method's name has a plausible length.
    private static func isShort(_ text: String) -> Bool { text.utf8.count <= idLimit }
}
