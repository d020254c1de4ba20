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
        case add([String]), remove([String]), replace([String]), putBack(PutBack)
    }

    private enum Phase { case reading, naming, asking, writing, readingBack }

    /// `/v2/engagements/ngmt_…/contacts`
    private let contacts: ByteBuffer
    private let edit: Edit
    private let terms: Editing?
    /// How the call gets a person's yes; nil where nobody is asked.
    private let consent: Consent?
    /// The names of contacts to be added.
    private var names = NameReading(path: "/v2/contacts/")
    private var phase = Phase.reading
    private var wasAsked = false
    private var before = ContactSet()
    /// Who was there before, those among them whom the API refuses in a write.
    private var listed: [String] = []
    private var wanted: [String] = []
    /// Ids that the API lists as contacts but refuses in a write: calendar resources that it does not mark.
    private var refused: [String] = []
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
        case (.naming, .answered(let exchange)):
            names.keep(JSONSlice(checked: exchange.answer).contactName)
            return nameNext()
        case (.naming, .failed(let failure, _)):
            names.pass(over: failure)
            return nameNext()
        case (.asking, .told(let verdict)):
            wasAsked = true
            if let failure = verdict.failure { return .fail(failure) }
            // The yes covers only the contacts that were shown, so they are read again right before the write.
            consent?.grant(subject)
            phase = .reading
            return .send(reading)
        case (.writing, .outdated):
            (phase, refused) = (.reading, [])
            return .send(reading)
        case (_, .recalled), (_, .told), (_, .outdated): return .fail(.unasked)
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
        (before, listed) = (current, current.contacts)
        let expected = terms?.expected.map { [].adding($0.without(current.preserved)) }
        if let expected, !expected.holdsSame(as: current.contacts) {
            return .fail(.unexpected(current, "are not those that were expected, so nothing was written"))
        }
        switch edit {
        case .add(let ids): wanted = current.contacts.adding(ids.without(current.preserved))
        case .remove(let ids): wanted = current.contacts.without(ids)
        case .replace(let ids): wanted = [].adding(ids.without(current.preserved))
        case .putBack(let back):
            wanted = [].adding(back.contacts.without(current.preserved))
            if !wanted.holdsSame(as: current.contacts), let clause = back.refusal(of: current) {
                return .fail(.unexpected(current, clause))
            }
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
            names.want(wanted.without(current.contacts))
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

    private func nameNext() -> Step {
        if let request = names.next { return .send(request) }
        if !names.missing.isEmpty { return .fail(notFound) }
        phase = .asking
        return .askPerson(Question(message: question, subject: subject))
    }

    private var notFound: RPCFailure {
        let missing = names.missing
        let ids = missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? " and others" : "")
        let text =
            "Contacts to add that do not exist: \(ids). " + (wasAsked ? "Nothing" : "Nobody was asked, and nothing")
            + " was written."
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
    /// each of them, and does not say that they are no calendar resources: people would be dropped.
    private func setsAside(_ failure: RPCFailure) -> Bool {
        guard refused.isEmpty, !before.tellsApart, failure.kind == .unprocessable, !failure.errors.isEmpty else {
            return false
        }
        let present = IDSet(before.contacts)
        var found: [String] = []
        for error in failure.errors {
            guard let index = error.index(in: "contact_ids"), wanted.indices.contains(index),
                present.contains(wanted[index])
            else { return false }
            found.append(wanted[index])
        }
        refused = found
        before = before.settingAside(found)
        wanted = wanted.without(found)
        return true
    }

    private func finish(_ after: ContactSet?) -> Step {
        guard let written else { return .fail(RPCFailure(.internalError, "Nothing was written.")) }
        let left = after?.contacts
        if let after { before = before.takingBack(refused.without(after.contacts).without(after.preserved)) }
        let isAsAsked = lost.isEmpty && left?.without(refused).holdsSame(as: wanted) ?? true
        let after = after?.settingAside(refused)
        if let after {
            // What is marked as a calendar resource only now was one before, too.
            before = before.settingAside(after.preserved)
            wanted = wanted.without(after.preserved)
        }
        let step = Step.finish(written, data: written.body, members: changes(after))
        // What was asked for needs no further line. Others are, for example, without a calendar resource that was
        // named, and that the API does not add.
        guard let left, !isAsAsked else { return step }
        return .noteLeft(left, then: step)
    }

    /// Who was left out and is gone, and so was no calendar resource.
    private var lost: [String] { refused.without(before.preserved) }

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
        if let after {
            let remaining = removed.without(removed.without(after.contacts))
            if !remaining.isEmpty { json.member("remaining", remaining) }
        }
        json.member("verified", lost.isEmpty && after?.contacts.holdsSame(as: wanted) ?? false)
        json.endObject()
        return out
    }

    private var reading: APIRequest {
        let target = ByteBuffer(capacity: 128)
        target.append(contacts.bytes.slice(0, contacts.count - "/contacts".utf8.count))
        target.append("?expand=contacts")
        return APIRequest(.get, target: target, .read, about: .id)
    }

    /// The number of the write that this edit undoes; nil if it is no undo.
    private var undoes: Int? {
        if case .putBack(let back) = edit { back.number } else { nil }
    }

    private var writing: APIRequest {
        let body = ByteBuffer()
        var json = JSONWriter(body)
        json.beginObject()
        json.member("contact_ids", wanted)
        json.endObject()
        return APIRequest(
            .put, target: contacts, body: body, .replace, about: .id, replacement: (listed, wanted), undoes: undoes,
            isChecked: true)
    }
}

extension RPCFailure {
    /// Others are there than those that must be: `precondition_failed`.
    fileprivate static func unexpected(_ now: ContactSet, _ clause: String) -> RPCFailure {
        var failure = RPCFailure(.preconditionFailed, "The engagement's contacts \(clause).")
        failure.currentContactIDs = now.contacts
        return failure
    }
}
