import Bytes
import EngagementAPI
import JSON
import Journal

extension Method.Composition {
    /// The steps of a method of several requests.
    ///
    /// - Parameters:
    ///   - target: the bound path.
    ///   - arguments: the other parameters, a checked JSON object.
    ///   - run: the run under which the journal notes its writes; nil for none.
    func procedure(
        target: Bytes, arguments: Bytes, _ editing: Editing?, run: String?, _ consent: Consent?
    ) -> any Procedure {
        let given = JSONSlice(checked: arguments)
        let limit = given.member("limit")?.integer ?? 100
        switch self {
        case .addContacts: return ContactEdit(contacts: target, .add(given.texts("contact_ids")), editing)
        case .removeContacts:
            return ContactEdit(contacts: target, .remove(given.texts("contact_ids")), editing, consent)
        case .findContacts:
            return ContactSearch(emails: given.texts("emails"), names: given.texts("names"), contacts: target)
        case .merge:
            let terms = ContactMerge.Terms(
                contactID: target.split(separator: UInt8(ascii: "/")).last.map { Bytes(rebasing: $0).text } ?? "",
                otherID: given.member("into_contact_id")?.string ?? "",
                isDeletion: given.member("delete")?.bool == true,
                isDryRun: editing?.isDryRun == true, run: run)
            return ContactMerge(terms, consent)
        case .undo: return Undo(contacts: target, given, editing, consent)
        case .listJournal:
            return JournalListing(
                .writes(
                    resource: given.member("engagement_id")?.string, run: given.member("run")?.string, limit: limit))
        case .listRuns: return JournalListing(.runs(limit: limit))
        case .transcript:
            return TranscriptWindow(
                engagement: target, offset: given.member("offset")?.integer ?? 0,
                limit: given.member("limit")?.integer ?? TranscriptWindow.usualLimit)
        }
    }
}

extension MethodTable.Entry {
    /// The steps of a call; nil for a single request whose body is the answer.
    ///
    /// - Parameters:
    ///   - isJournaled: whether there is a journal: it needs the contacts that a replacement drops.
    ///   - consent: how the call gets a person's yes; nil where nobody is asked.
    func procedure(
        target: Bytes, body: Bytes, _ terms: CallTerms, isJournaled: Bool, _ consent: Consent?
    ) -> (any Procedure)? {
        if let composition {
            let run = isJournaled ? terms.run : nil
            return composition.procedure(target: target, arguments: body, terms.editing, run: run, consent)
        }
        if let shaping = terms.shaping {
            if shaping.walk.isOn { return ListWalk(target, shaping) }
            let request = APIRequest(.get, target: ByteBuffer(target), .read, about: subject)
            if shaping.isAwaited { return ProcessingWait(target, about: subject, shaping.fields) }
            return shaping.fields.map { Projection(request, $0) }
        }
        if replacesContacts {
            let looks = isJournaled || consent != nil
            guard let editing = terms.editing ?? (looks ? Self.unreported : nil) else { return nil }
            let ids = JSONSlice(checked: body).texts("contact_ids")
            return ContactEdit(contacts: target, .replace(ids), editing, consent)
        }
        guard let consent else { return nil }
        let request = APIRequest(
            verb, target: ByteBuffer(target), body: takesBody ? ByteBuffer(body) : nil, repeatability, about: subject,
            isChecked: true)
        return RecordChange(method, request, resource: terms.resource, consent)
    }

    private static let unreported = Editing(isDryRun: false, expected: nil, isReported: false)
}

extension JSONSlice {
    /// The strings of a member that is a list; nothing without one.
    fileprivate func texts(_ name: StaticString) -> [String] { member(name)?.elements.compactMap(\.string) ?? [] }
}
