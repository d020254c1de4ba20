import Bytes
import JSON

/// One event as a line of JSON. The lines of a write share its number, the process and the record's id.
package enum JournalLine {
    /// The version of the line's format. It also distinguishes a journal from other files. New members need no new
    /// version: readers skip those that they don't know.
    static let version = 1

    /// The beginning of every line.
    static let start: StaticString = "{\"journal\":1,"

    /// Appends the line, with its line break.
    ///
    /// - Parameter digest: 16 hexadecimal digits for the address by which the record was named, beside a begin.
    package static func append(
        _ event: JournalEvent, at milliseconds: Int, process: Int32, workspace: String? = nil, digest: String? = nil,
        to out: ByteBuffer
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
        case .left: json.member("event", "left")
        }
        json.member("id", event.resource)
        if let run = event.run { json.member("run", run) }
        if case .begin = event.kind, let workspace { json.member("workspace", workspace) }
        if let undoes = event.undoes { json.member("undoes", undoes) }
        switch event.kind {
        case .begin(let replacement):
            if let digest { json.member("address", digest) }
            if let replacement {
                json.member("before", replacement.before)
                json.member("wanted", replacement.wanted)
            }
        case .end(let applied, let status, let attempts):
            json.member("applied", applied)
            if let status { json.member("status", status) }
            json.member("attempts", attempts)
        case .left(let contacts): json.member("after", contacts)
        }
        json.endObject()
        out.append(UInt8(ascii: "\n"))
    }

    /// What the lines of a write share. Two processes of version 0.1.0 with one id could use the same numbers, so
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
        fileprivate let workspace: String?
        fileprivate let address: String?
        fileprivate let undoes: Int?
        fileprivate let at: String
        fileprivate let method: String
        fileprivate let before: JSONSlice?
        fileprivate let wanted: JSONSlice?

        /// Whether it is an undo. Version 0.1.0 did not say of what.
        var isUndo: Bool { undoes != nil || method == "engagement.undo" }

        /// Whether it went to this API. Old journals don't say where.
        func isOf(_ place: String?) -> Bool { place == nil || workspace == nil || workspace == place }

        /// The write, with its end if that was found.
        ///
        /// - Parameters:
        ///   - left: the contacts that were read back after it, if they were recorded.
        ///   - withSets: false leaves out the contacts of a replacement.
        func record(_ end: End?, left: [String]? = nil, withSets: Bool = true) -> JournalRecord {
            JournalRecord(
                number: key.number, at: at, endedAt: end?.at, method: method, resource: resource.text, run: run,
                workspace: workspace, address: address, undoes: undoes, isReplacement: before != nil,
                before: withSets ? before.map(JournalLine.texts) : nil,
                wanted: withSets ? wanted.map(JournalLine.texts) : nil, left: withSets ? left : nil,
                applied: end?.applied ?? "unknown", status: end?.status)
        }
    }

    /// A line after a write.
    struct End {
        let key: Key
        fileprivate let at: String?
        fileprivate let applied: String
        fileprivate let status: Int?
    }

    /// A line with the contacts that were read back after a replacement.
    struct Left {
        let key: Key
        fileprivate let list: JSONSlice

        /// Their ids.
        var contacts: [String] { JournalLine.texts(list) }
    }

    /// An event read from a line.
    enum Event {
        case begin(Begin)
        case end(End)
        case left(Left)
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
        var workspace: JSONSlice?
        var address: JSONSlice?
        var undoes: JSONSlice?
        var before: JSONSlice?
        var wanted: JSONSlice?
        var after: JSONSlice?
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
                } else if name.reads("workspace") {
                    workspace = value
                } else if name.reads("address") {
                    address = value
                } else if name.reads("undoes") {
                    undoes = value
                } else if name.reads("before") {
                    before = value
                } else if name.reads("wanted") {
                    wanted = value
                } else if name.reads("after") {
                    after = value
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
            let status = members.status?.integer
            guard members.at.map({ $0.isTime }) ?? true, members.status == nil || status.map(isStatus) == true else {
                return nil
            }
            return .end(End(key: key, at: members.at?.string, applied: applied, status: status))
        }
        if members.event?.reads("left") == true {
            guard let list = members.after, holdsContacts(list) else { return nil }
            return .left(Left(key: key, list: list))
        }
        guard members.event?.reads("begin") == true, let at = members.at, at.isTime, let method = members.method,
            method.isMethod
        else { return nil }
        var (run, undoes) = (String?.none, Int?.none)
        if let value = members.run {
            guard let name = value.string, isRun(name) else { return nil }
            run = name
        }
        if let value = members.undoes {
            guard let number = value.number else { return nil }
            undoes = number
        }
        guard members.workspace.map({ $0.isURL }) ?? true else { return nil }
        guard members.before.map(holdsContacts) ?? true, members.wanted.map(holdsContacts) ?? true else { return nil }
        return .begin(
            Begin(
                key: key, resource: id, run: run, workspace: members.workspace?.string,
                address: members.address.flatMap { $0.isDigest ? $0.string : nil }, undoes: undoes, at: at.string ?? "",
                method: method.string ?? "", before: members.before, wanted: members.wanted))
    }

    /// Why a line of `event` could not be read back, as a clause; nil if it can. What is written before a write has to
    /// be found when the write is undone.
    static func fault(of event: JournalEvent) -> String? {
        guard event.resource.isEmpty || event.resource.holds(isID) else { return fault(ofID: event.resource) }
        if let run = event.run, !isRun(run) { return "can't hold the run's name \(String(run.prefix(60)).printable)" }
        let wrong: String?
        switch event.kind {
        case .begin(let replacement):
            wrong = replacement.flatMap { noContact(in: $0.before) ?? noContact(in: $0.wanted) }
        case .left(let contacts): wrong = noContact(in: contacts)
        case .end: wrong = nil
        }
        return wrong.map(fault(ofID:))
    }

    private static func noContact(in ids: [String]) -> String? { ids.first { !$0.holds(isContact) } }

    /// Whether a line with this base URL could be read back.
    static func canHold(workspace: String) -> Bool {
        (1...urlLimit).contains(workspace.utf8.count)
            && workspace.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    private static func fault(ofID id: String) -> String {
        "can't hold the id \(String(id.prefix(60)).printable), which has no id's form"
    }

    private static func texts(_ list: JSONSlice) -> [String] { list.elements.compactMap(\.string) }

    private static func holdsContacts(_ list: JSONSlice) -> Bool {
        list.kind == .array && list.elements.allSatisfy { $0.plainString.map(isContact) == true }
    }

    /// Bytes of an id, a time or a method's name, at most.
    fileprivate static let textLimit = 128
    /// Bytes of a base URL, at most.
    fileprivate static let urlLimit = 2048
    /// Characters of a run's name, at most.
    private static let runLimit = 100

    private static func isRun(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.count <= runLimit && name.isPrintable
    }

    private static func isStatus(_ number: Int) -> Bool { (100...999).contains(number) }

    /// Whether this looks like a contact's id. The API lists them, so they may have more than letters and digits.
    private static func isContact(_ id: Bytes) -> Bool {
        id.count <= textLimit && id.count > 4 && id.starts(with: "cnt_")
            && id.dropping(4).allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

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

    /// Whether it is a short text of a time's characters.
    fileprivate var isTime: Bool { isShort { $0.isAlphanumeric || "-:.+".utf8.contains($0) } }

    /// Whether it is a short text of a method name's characters.
    fileprivate var isMethod: Bool { isShort { $0.isAlphanumeric || $0 == UInt8(ascii: ".") } }

    /// Whether it is a text of a base URL's characters.
    fileprivate var isURL: Bool { isShort(JournalLine.urlLimit) { $0 > 0x20 && $0 < 0x7F } }

    /// Whether it is 16 hexadecimal digits.
    fileprivate var isDigest: Bool { isShort(16) { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 } }

    private func isShort(_ limit: Int = JournalLine.textLimit, of isAllowed: (UInt8) -> Bool) -> Bool {
        guard let text = plainString else { return false }
        return !text.isEmpty && text.count <= limit && text.allSatisfy(isAllowed)
    }
}

extension String {
    /// Whether its bytes pass a test.
    fileprivate func holds(_ test: (Bytes) -> Bool) -> Bool {
        utf8.withContiguousStorageIfAvailable { test(Bytes($0)) } ?? Array(utf8).withUnsafeBytes(test)
    }
}
