import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Edits an engagement's contacts: reads them, writes the full set, and reads it back for the report. An edit that
/// changes nothing is written only where nobody wants a report and nobody is asked.
final class ContactEdit: Procedure {
    /// The change to make, by contact ids.
    enum Edit {
        case add([String]), remove([String]), replace([String])
    }

    private enum Phase { case reading, naming, asking, writing, readingBack }

    /// `/v2/engagements/ngmt_…/contacts`
    private let contacts: ByteBuffer
    private let edit: Edit
    private let terms: Editing?
    /// How the call gets a person's yes; nil where nobody is asked.
    private let consent: Consent?
    /// The names, read so far, of contacts to be added; empty where a read failed.
    private var names: [String: String] = [:]
    private var unnamed: [String] = []
    /// Contacts to be added that do not exist.
    private var missing: [String] = []
    private var phase = Phase.reading
    private var before = ContactSet()
    private var wanted: [String] = []
    /// Ids that the API lists as contacts but refuses in a write: calendar resources that it does not mark.
    private var refused: Set<String> = []
    private var written: Exchange?

    /// - Parameter terms: the caller's further terms, such as a dry run; nil for none.
    init(contacts: Bytes, _ edit: Edit, _ terms: Editing?, _ consent: Consent? = nil) {
        self.contacts = ByteBuffer(contacts)
        self.consent = consent
        self.edit = edit
        self.terms = terms
    }

    func next(after outcome: Outcome) -> Step {
        switch (phase, outcome) {
        case (_, .begun): return .send(reading)
        case (.reading, .answered(let exchange)): return haveRead(exchange)
        case (.naming, .answered(let exchange)): return name(JSONSlice(checked: exchange.answer).contactName)
        case (.naming, .failed(let failure, _)):
            if failure.kind == .notFound { missing += unnamed.prefix(1) }
            // If a contact can't be read, the question names it by id alone.
            if failure.isLikelyForAll { unnamed = [] }
            return name(nil)
        case (.asking, .told(let verdict)):
            if let failure = verdict.failure { return .fail(failure) }
            // The yes covers only the contacts that were shown, so they are read again right before the write.
            consent?.grant(subject)
            phase = .reading
            return .send(reading)
        case (_, .recalled), (_, .told): return .fail(.unasked)
        case (.writing, .answered(let exchange)) where terms?.isReported == false:
            return .finish(exchange, data: exchange.body)
        case (.writing, .answered(let exchange)):
            (phase, written) = (.readingBack, exchange)
            return .send(reading)
        case (.writing, .failed(let failure, let evidence)):
            guard evidence.applied == .no, setsAside(failure) else { return .fail(failure) }
            return .send(writing)
        case (.readingBack, .answered(let exchange)): return finish(ContactSet(exchange.answer))
        // The change was made, so a failed read does not fail the call.
        case (.readingBack, .failed): return finish(nil)
        case (.reading, .failed(let failure, _)), (.asking, .failed(let failure, _)): return .fail(failure)
        case (.asking, .answered): return .fail(.unasked)
        }
    }

    private func haveRead(_ exchange: Exchange) -> Step {
        guard let current = ContactSet(exchange.answer, withNames: consent != nil) else {
            let text = "The API's answer does not list the contacts with their ids, so nothing was written."
            return .fail(RPCFailure(.badResponse, text))
        }
        before = current
        let expected = terms?.expected.map { [].adding($0.without(current.preserved)) }
        if let expected, !expected.holdsSame(as: current.contacts) {
            let text = "The engagement's contacts are not those that were expected, so nothing was written."
            var failure = RPCFailure(.preconditionFailed, text)
            failure.currentContactIDs = current.contacts
            return .fail(failure)
        }
        switch edit {
        case .add(let ids): wanted = current.contacts.adding(ids.without(current.preserved))
        case .remove(let ids): wanted = current.contacts.without(ids)
        case .replace(let ids): wanted = [].adding(ids.without(current.preserved))
        }
        let isDryRun = terms?.isDryRun == true
        let isReported = terms?.isReported ?? true
        // Skips a dry run's write, and one that changes nothing. Only a plain replacement is written regardless.
        if isDryRun || (isReported || consent != nil) && wanted.holdsSame(as: before.contacts) {
            // Nothing was written, so the contacts just read are also those afterwards.
            let members = isReported ? changes(isDryRun ? nil : current) : nil
            return .finish(exchange, data: exchange.body, members: members)
        }
        guard consent?.holds(for: subject) ?? true else {
            let added = wanted.without(current.contacts).prefix(QuestionText.limit)
            unnamed = added.filter { names[$0] == nil }
            phase = .naming
            return nameNext()
        }
        phase = .writing
        return .send(writing)
    }

    // MARK: Asking

    /// The contacts before and after, sorted: the API's order does not matter.
    private var subject: [UInt8] {
        Array([before.contacts, wanted].map { $0.sorted().joined(separator: ",") }.joined(separator: ">").utf8)
    }

    private func name(_ name: String?) -> Step {
        if !unnamed.isEmpty { names[unnamed.removeFirst()] = name ?? "" }
        return nameNext()
    }

    private func nameNext() -> Step {
        guard let id = unnamed.first else {
            if !missing.isEmpty { return .fail(notFound) }
            phase = .asking
            return .askPerson(Question(message: question, subject: subject))
        }
        let target = ByteBuffer(text: "/v2/contacts/")
        target.appendPercentEncoded(id)
        return .send(APIRequest(.get, target: target, .read, about: .id, isLookUp: true))
    }

    private var notFound: RPCFailure {
        let ids = missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? " and others" : "")
        let text = "Contacts to add that do not exist: \(ids). Nobody was asked, and nothing was written."
        let errors = missing.map { id in
            FieldError(field: "", code: "not_found", message: "There is no contact \(id) in the workspace.")
        }
        return RPCFailure(.notFound, text, errors: errors)
    }

    private var question: String {
        let (dropped, added) = (before.contacts.without(wanted), wanted.without(before.contacts))
        var lines = ["Change who is listed as a contact of engagement \(before.heading)?"]
        lines += QuestionText.list("Dropped", dropped.map { QuestionText.named(before.names[$0], $0) })
        lines += QuestionText.list("Added", added.map { QuestionText.named(names[$0], $0) })
        lines.append("Kept: \(before.contacts.count - dropped.count). Calendar resources stay.")
        return lines.joined(separator: "\n")
    }

    /// Whether to repeat a refused write once, without the refused ids. It is repeated only if the API itself listed
    /// each of them.
    private func setsAside(_ failure: RPCFailure) -> Bool {
        guard refused.isEmpty, failure.kind == .unprocessable, !failure.errors.isEmpty else { return false }
        var found: Set<String> = []
        for error in failure.errors {
            guard let index = error.index(in: "contact_ids"), wanted.indices.contains(index),
                before.contacts.contains(wanted[index])
            else { return false }
            found.insert(wanted[index])
        }
        refused = found
        before = before.settingAside(found)
        wanted = wanted.without(found)
        return true
    }

    private func finish(_ after: ContactSet?) -> Step {
        guard let written else { return .fail(RPCFailure(.internalError, "Nothing was written.")) }
        return .finish(written, data: written.body, members: changes(after?.settingAside(refused)))
    }

    /// `,"changes":{…}`. `after` is nil when the contacts were not read back.
    private func changes(_ after: ContactSet?) -> ByteBuffer {
        let out = ByteBuffer()
        out.append(",\"changes\":")
        var json = JSONWriter(out)
        json.beginObject()
        json.member("before", before.contacts)
        if let after { json.member("after", after.contacts) }
        let removed = before.contacts.without(wanted)
        json.member("added", wanted.without(before.contacts))
        json.member("removed", removed)
        json.member("kept", before.contacts.without(removed))
        json.member("preserved", before.preserved)
        json.member("verified", after?.contacts.holdsSame(as: wanted) ?? false)
        json.endObject()
        return out
    }

    private var reading: APIRequest {
        let target = ByteBuffer(capacity: 128)
        target.append(contacts.bytes.slice(0, contacts.count - "/contacts".utf8.count))
        target.append("?expand=contacts")
        return APIRequest(.get, target: target, .read, about: .id)
    }

    private var writing: APIRequest {
        let body = ByteBuffer()
        var json = JSONWriter(body)
        json.beginObject()
        json.member("contact_ids", wanted)
        json.endObject()
        return APIRequest(
            .put, target: contacts, body: body, .replace, about: .id, replacement: (before.contacts, wanted))
    }
}

/// An engagement's contacts by id, in the API's order.
struct ContactSet {
    /// Contacts that a write replaces.
    private(set) var contacts: [String] = []
    /// Calendar resources, which stay after any write.
    private(set) var preserved: [String] = []
    /// Names of contacts and calendar resources, by id.
    private(set) var names: [String: String] = [:]
    /// The engagement's title and id, as a question shows them.
    private(set) var heading = ""

    init() {}

    /// Reads an engagement with its contacts expanded; nil when the list or an id is missing.
    init?(_ engagement: Bytes, withNames: Bool = false) {
        let root = JSONSlice(checked: engagement)
        guard let list = root.member("contacts"), list.kind == .array else { return nil }
        if withNames { readHeading(root) }
        var seen: Set<String> = []
        for item in list.elements {
            guard let (id, isResource) = Self.identity(item), !id.isEmpty else { return nil }
            guard seen.insert(id).inserted else { continue }
            if withNames { names[id] = item.contactName }
            if isResource { preserved.append(id) } else { contacts.append(id) }
        }
    }

    private static func identity(_ contact: JSONSlice) -> (id: String, isResource: Bool)? {
        var (id, isResource) = (JSONSlice?.none, JSONSlice?.none)
        for member in contact.members {
            if id == nil, member.name.reads("id") { id = member.value }
            if isResource == nil, member.name.reads("is_calendar_resource") { isResource = member.value }
        }
        return id?.string.map { ($0, isResource?.bool == true) }
    }

    private mutating func readHeading(_ engagement: JSONSlice) {
        heading = QuestionText.named(engagement.member("title")?.string, engagement.member("id")?.string ?? "")
    }

    /// A copy in which `ids` are calendar resources.
    func settingAside(_ ids: Set<String>) -> ContactSet {
        var set = self
        set.preserved += contacts.filter(ids.contains)
        set.contacts = contacts.without(ids)
        return set
    }
}

extension [String] {
    fileprivate func without(_ others: some Swift.Collection<String>) -> [String] {
        if others.isEmpty || isEmpty { return self }
        let others = Set(others)
        return filter { !others.contains($0) }
    }

    /// Whether both hold the same elements, in any order. Neither may hold one twice.
    func holdsSame(as others: [String]) -> Bool {
        guard count == others.count else { return false }
        if self == others { return true }
        let others = Set(others)
        return allSatisfy(others.contains)
    }

    /// These elements, then each of `others` that is new, once.
    fileprivate func adding(_ others: [String]) -> [String] {
        var seen = Set(self)
        return self + others.filter { seen.insert($0).inserted }
    }
}

extension FieldError {
    /// The index in a field such as `contact_ids[3]`.
    fileprivate func index(in list: String) -> Int? {
        guard field.hasPrefix(list + "["), field.hasSuffix("]") else { return nil }
        return Int(field.dropFirst(list.utf8.count + 1).dropLast())
    }
}
