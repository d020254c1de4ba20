import Bytes
import EngagementAPI
import JSON
import JSONRPC
import Journal

/// Puts back the contacts that an engagement had before a replacement, made or possibly made.
final class Undo: Procedure {
    private let target: ByteBuffer
    private let query: JournalQuery
    private let isForced: Bool
    private let terms: Editing?
    private let consent: Consent?
    /// The edit that puts them back; nil until the journal has answered.
    private var edit: ContactEdit?

    /// - Parameters:
    ///   - contacts: `/v2/engagements/ngmt_…/contacts`
    ///   - arguments: which replacement to undo.
    ///   - terms: the caller's further terms, such as a dry run; nil for none.
    init(contacts: Bytes, _ arguments: JSONSlice, _ terms: Editing?, _ consent: Consent?) {
        target = ByteBuffer(contacts)
        let id = contacts.split(separator: UInt8(ascii: "/")).dropLast().last.map { Bytes(rebasing: $0).text } ?? ""
        isForced = arguments.member("force")?.bool == true
        query = .undoable(
            resource: id, number: arguments.member("number")?.integer, run: arguments.member("run")?.string,
            anywhere: isForced)
        self.terms = terms
        self.consent = consent
    }

    func next(after outcome: Outcome) -> Step {
        if let edit { return edit.next(after: outcome) }
        guard case .recalled(let finding) = outcome else { return .recall(query) }
        guard case .undoable(let change?) = finding else { return .fail(notFound) }
        let edit = ContactEdit(contacts: target.bytes, .putBack(PutBack(change, isForced: isForced)), terms, consent)
        self.edit = edit
        return edit.next(after: .begun)
    }

    private var notFound: RPCFailure {
        let which =
            switch query {
            case .undoable(_, let number?, _, _): " with number \(number)"
            case .undoable(_, nil, let run?, _): " in the run \(run.shown)"
            default: ""
            }
        let text = "The journal has no replacement of this engagement's contacts\(which) that could be undone here."
        return RPCFailure(.notFound, text)
    }
}
