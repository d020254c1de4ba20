import Bytes
import JSON

/// One event as a line of JSON. A write's begin and end share its number, the process and the record's id.
package enum JournalLine {
    /// The version of the line's format. It also distinguishes a journal from other files. New members need no new
    /// version: readers skip those that they don't know.
    static let version = 1

    /// The beginning of every line.
    static let start: StaticString = "{\"journal\":1,"

    /// Appends the line, with its line break.
    package static func append(
        _ event: JournalEvent, at milliseconds: Int, process: Int32, to out: ByteBuffer
    ) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("journal", version)
        json.name("at")
        json.moment(millisecondsSince1970: milliseconds)
        json.member("number", event.number)
        json.member("process", Int(process))
        switch event.kind {
        case .begin:
            json.member("event", "begin")
            json.member("method", event.method)
        case .end: json.member("event", "end")
        }
        json.member("id", event.resource)
        if let run = event.run { json.member("run", run) }
        if let undoes = event.undoes { json.member("undoes", undoes) }
        switch event.kind {
        case .begin(let replacement):
            if let replacement {
                json.member("before", replacement.before)
                json.member("wanted", replacement.wanted)
            }
        case .end(let applied, let status, let attempts):
            json.member("applied", applied)
            if let status { json.member("status", status) }
            json.member("attempts", attempts)
        }
        json.endObject()
        out.append(UInt8(ascii: "\n"))
    }

    /// What a write's begin and end share. Two processes of version 0.1.0 with one id could use the same numbers, so
    /// the record counts, too.
    struct Key: Hashable {
        let number: Int
        let process: Int
        /// The fingerprint of the record's id.
        let resource: UInt64
    }

    /// A line before a write. Borrowed from the text.
    struct Begin {
        let key: Key
        let resource: Bytes
        let run: String?
        fileprivate let undoes: Int?
        fileprivate let at: String
        fileprivate let method: String
        fileprivate let before: JSONSlice?
        fileprivate let wanted: JSONSlice?

        /// Whether it is an undo. Version 0.1.0 did not say of what.
        var isUndo: Bool { undoes != nil || method == "engagement.undo" }

        /// The write, with its end if that was found.
        ///
        /// - Parameter withSets: false leaves out the contacts of a replacement.
        func record(_ end: End?, withSets: Bool = true) -> JournalRecord {
            JournalRecord(
                number: key.number, at: at, endedAt: end?.at, method: method, resource: resource.text, run: run,
                undoes: undoes, before: withSets ? before.map(JournalLine.texts) : nil,
                wanted: withSets ? wanted.map(JournalLine.texts) : nil, applied: end?.applied ?? "unknown",
                status: end?.status)
        }
    }

    /// A line after a write.
    struct End {
        let key: Key
        fileprivate let at: String?
        fileprivate let applied: String
        fileprivate let status: Int?
    }

    /// An event read from a line.
    enum Event {
        case begin(Begin)
        case end(End)
    }

    /// The members of a line that say something to this version.
    private struct Members {
        var at: JSONSlice?
        var number: JSONSlice?
        var process: JSONSlice?
        var event: JSONSlice?
        var method: JSONSlice?
        var id: JSONSlice?
        var run: JSONSlice?
        var undoes: JSONSlice?
        var before: JSONSlice?
        var wanted: JSONSlice?
        var applied: JSONSlice?
        var status: JSONSlice?

        init(_ line: JSONSlice) {
            for member in line.members {
                let (name, value) = (member.name, member.value)
                if name.reads("at") {
                    at = value
                } else if name.reads("number") {
                    number = value
                } else if name.reads("process") {
                    process = value
                } else if name.reads("event") {
                    event = value
                } else if name.reads("method") {
                    method = value
                } else if name.reads("id") {
                    id = value
                } else if name.reads("run") {
                    run = value
                } else if name.reads("undoes") {
                    undoes = value
                } else if name.reads("before") {
                    before = value
                } else if name.reads("wanted") {
                    wanted = value
                } else if name.reads("applied") {
                    applied = value
                } else if name.reads("status") {
                    status = value
                }
            }
        }
    }

    /// Nil for anything but a whole line of a journal. What others may have written is checked like all input: ids by
    /// their form, because they go into paths and bodies, and texts by their length.
    static func read(_ line: Bytes) -> Event? {
        guard line.starts(with: start) else { return nil }
        var scanner = JSONScanner(line)
        guard let root = try? scanner.text() else { return nil }
        let members = Members(root)
        guard let number = members.number?.number, let process = members.process?.integer,
            let id = members.id?.plainString, id.isEmpty || isID(id)
        else { return nil }
        let key = Key(number: number, process: process, resource: id.fingerprint)
        if members.event?.reads("end") == true {
            guard let applied = members.applied?.string, ["yes", "no", "unknown"].contains(applied) else { return nil }
            return .end(End(key: key, at: members.at?.short, applied: applied, status: members.status?.integer))
        }
        guard members.event?.reads("begin") == true, let at = members.at?.short, let method = members.method?.short
        else { return nil }
        var (run, undoes) = (String?.none, Int?.none)
        if let value = members.run {
            guard let name = value.string, !name.isEmpty, name.utf8.count <= runLimit, name.isPrintable else {
                return nil
            }
            run = name
        }
        if let value = members.undoes {
            guard let number = value.number else { return nil }
            undoes = number
        }
        for list in [members.before, members.wanted] {
            guard let list else { continue }
            guard list.kind == .array, list.elements.allSatisfy({ $0.plainString.map(isContact) == true }) else {
                return nil
            }
        }
        return .begin(
            Begin(
                key: key, resource: id, run: run, undoes: undoes, at: at, method: method, before: members.before,
                wanted: members.wanted))
    }

    private static func texts(_ list: JSONSlice) -> [String] { list.elements.compactMap(\.string) }

    /// Bytes of an id, a time or a method's name, at most.
    fileprivate static let textLimit = 128
    /// Bytes of a run's name, at most: 100 characters of four.
    private static let runLimit = 400

    private static func isContact(_ id: Bytes) -> Bool { id.starts(with: "cnt_") && isID(id) }

    /// Whether this looks like an id: a kind, then letters and digits.
    private static func isID(_ id: Bytes) -> Bool {
        guard id.count <= textLimit, let bar = id.firstPosition(of: UInt8(ascii: "_")) else { return false }
        return bar > 0 && bar + 1 < id.count && id.slice(0, bar).allSatisfy(\.isAlphanumeric)
            && id.dropping(bar + 1).allSatisfy(\.isAlphanumeric)
    }
}

extension JSONSlice {
    /// The number of a write; nil for all else.
    fileprivate var number: Int? { integer.flatMap { $0 < 0 ? nil : $0 } }

    /// The text of a short string; nil for all else.
    fileprivate var short: String? { bytes.count <= JournalLine.textLimit + 2 ? string : nil }
}
