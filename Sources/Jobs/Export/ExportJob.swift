import Bytes
import HTTP
import JSON
import Tables

/// Writes engagements and their people as a table that `plan` reads, page after page. All contacts are read first: a
/// person is named by an address only where nobody else has it.
package final class ExportJob: Job {
    /// Which engagements, and what is told about them.
    package struct Terms {
        /// A filter of `engagement.list`, one JSON text; nil for all engagements.
        let filter: [UInt8]?
        /// The columns besides the engagement and its people.
        let fields: [String]
        let reader: TableWriter.Reader

        /// Terms of an export.
        package init(filter: [UInt8]?, fields: [String], for reader: TableWriter.Reader) {
            self.filter = filter
            self.fields = fields.isEmpty ? ExportTable.usualFields : fields
            self.reader = reader
        }
    }

    /// The status to leave with, unless a signal or a stream decides it.
    package private(set) var exitCode: Int32 = 0
    /// Lines for stderr after the end.
    package private(set) var complaint = ""
    package private(set) var isOver = false
    private let terms: Terms
    private let text = ByteBuffer()
    private let table: ExportTable
    private var addresses = KnownAddresses()
    private var isListingContacts = true
    private var cursor: String?
    /// An engagement moves from page to page when others are made meanwhile.
    private var seen: Set<String> = []
    private var queue = CallQueue([0], limit: 1)

    private static let pageSize = 100
    /// What can be asked for besides the engagement itself.
    private static let expandable: Set<String> = [
        "companies", "owner", "action_items", "signals", "transcript", "media_url", "tags",
    ]

    /// An export on these terms.
    package init(_ terms: Terms) {
        self.terms = terms
        table = ExportTable(text, fields: terms.fields, for: terms.reader)
    }

    package var wakeAt: Instant? { queue.wakeAt }
    package var hasText: Bool { text.count > 0 }
    package var question: String? { nil }
    package func hear(_ line: String?, at now: Instant) {}
    package func progress(at now: Instant) -> String? { nil }
    package func interrupt(at now: Instant) { end(1) }

    package func writeText(to out: ByteBuffer) {
        out.append(text)
        text.truncate(to: 0)
    }

    package func nextCall(at now: Instant) -> JobCall? {
        guard !isOver, !hasText || isListingContacts, queue.next(at: now) != nil else { return nil }
        return isListingContacts ? listContacts : listEngagements
    }

    private var listContacts: JobCall {
        JobCall("contact.list", tag: 0) { [cursor] json in
            json.member("limit", Self.pageSize)
            json.member("fields", ["id", "emails.email"])
            if let cursor { json.member("cursor", cursor) }
        }
    }

    private var listEngagements: JobCall {
        JobCall("engagement.list", tag: 0) { [cursor, terms] json in
            json.member("limit", Self.pageSize)
            var expand = ["contacts"]
            for field in terms.fields {
                let name = String(field.prefix { $0 != "." })
                if Self.expandable.contains(name), !expand.contains(name) { expand.append(name) }
            }
            json.member("expand", expand)
            let people = ["contacts.id", "contacts.is_calendar_resource", "contacts.emails.email"]
            json.member("fields", ["id"] + people + terms.fields)
            if let filter = terms.filter {
                json.name("filter")
                filter.withUnsafeBytes { json.raw($0) }
            }
            if let cursor { json.member("cursor", cursor) }
        }
    }

    package func take(_ reply: JobReply, to tag: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(0, nil, at: now)
            guard let page = result.member("data"), let items = page.member("data") else {
                return fail("The answer is no list.")
            }
            for item in items.elements {
                if isListingContacts { note(item) } else { append(item) }
            }
            turn(page, at: now)
        case .failure(let problem):
            if queue.end(0, problem, at: now) != .again { fail(problem.message) }
        }
    }

    /// Goes on to the next page, from the contacts to the engagements, or to the end.
    private func turn(_ page: JSONSlice, at now: Instant) {
        let hasMore = page.member("has_more")?.bool == true
        cursor = hasMore ? page.member("next_cursor")?.string : nil
        if hasMore, cursor == nil { return fail("The API says that there is more, and not where.") }
        if cursor == nil {
            guard isListingContacts else { return end(0) }
            isListingContacts = false
        }
        queue.repeats(0, at: now)
    }

    private func note(_ contact: JSONSlice) {
        guard let id = contact.member("id")?.string else { return }
        addresses.note(id: id, addresses: Self.addresses(of: contact))
    }

    private func append(_ engagement: JSONSlice) {
        guard let id = engagement.member("id")?.string, seen.insert(id).inserted else { return }
        var people: [PersonReference] = []
        if let contacts = engagement.member("contacts") {
            for contact in contacts.elements where contact.member("is_calendar_resource")?.bool != true {
                guard let id = contact.member("id")?.string else { continue }
                people.append(addresses.reference(id: id, addresses: Self.addresses(of: contact)))
            }
        }
        let fields = terms.fields.map { Self.text(at: $0.split(separator: ".")[...], in: engagement) }
        table.append(ExportRow(engagementID: id, fields: fields, people: people))
    }

    private static func addresses(of contact: JSONSlice) -> [String] {
        contact.member("emails")?.elements.compactMap { $0.member("email")?.string } ?? []
    }

    /// The text at a dotted path, through lists; empty where there is none.
    private static func text(at path: ArraySlice<Substring>, in value: JSONSlice) -> String {
        if value.kind == .array {
            return value.elements.map { text(at: path, in: $0) }.filter { !$0.isEmpty }.joined(separator: ", ")
        }
        guard let name = path.first else {
            return value.kind == .null ? "" : value.string ?? value.bytes.text
        }
        let bytes = Array(name.utf8)
        guard let member = value.members.first(where: { $0.name.spells(utf8: bytes) })?.value else { return "" }
        return text(at: path.dropFirst(), in: member)
    }

    private func fail(_ sentence: String) {
        complaint = "engagement-rpc: The export is not whole: \(sentence.printable)\n"
        end(1)
    }

    private func end(_ code: Int32) {
        exitCode = code
        isOver = true
    }
}
