import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Puts one contact into the place of another on every engagement of the other, and may delete that one afterwards.
///
/// Both contacts and all pages are read before the first write. Each engagement is a safe edit of its own, in the line
/// of the writes to it. A failure ends only its own engagement, unless no other can succeed either.
final class ContactMerge: Procedure {
    /// Valid next: from each to the one below it, but from `asking` to `listing`, and from `editing` to `awaitingTurn`
    /// while engagements are left.
    private enum Phase {
        case naming, lookingForRoom, listing, completing(Int), asking
        case awaitingTurn
        case editing(ContactEdit)
        /// Whether others have put the contact on further engagements meanwhile.
        case relisting, recompleting(Int)
        case deleting
        /// Whether it is gone after a deletion that did not say so.
        case lookingForDeleted(RPCFailure)
    }

    /// How a merge is to be done.
    struct Terms {
        let contactID: String
        /// The contact that takes its place.
        let otherID: String
        let isDeletion: Bool
        let isDryRun: Bool
        /// The run that the journal notes the writes under; nil without a journal.
        let run: String?
    }

    let changesSeveral = true
    private let terms: Terms
    /// How the call gets a person's yes; nil where nobody is asked.
    private let consent: Consent?
    private var phase = Phase.naming
    /// The names of both contacts, as far as they are read.
    private var names: [String?] = []
    private var listing: EngagementListing
    private var plan: MergePlan
    /// How many engagements of the plan are over.
    private var done = 0
    private var report = MergeReport()
    /// Whether the present engagement was changed.
    private var applied = Applied.no
    private var isWriting = false
    /// Why no other engagement can succeed; nil while others may.
    private var halt: RPCFailure?
    /// The last answer: the result's `meta` tells of it.
    private var last: Exchange?

    init(_ terms: Terms, _ consent: Consent?) {
        self.terms = terms
        self.consent = consent
        listing = EngagementListing(of: terms.contactID)
        plan = MergePlan(of: terms.contactID, into: terms.otherID, listing)
    }

    func next(after outcome: Outcome) -> Step {
        if case .answered(let exchange) = outcome { last = exchange }
        switch (phase, outcome) {
        case (.naming, .begun): return begin()
        case (.naming, .answered(let exchange)):
            names.append(JSONSlice(checked: exchange.answer).contactName)
            return names.count < 2 ? .send(reading(terms.otherID)) : lookForRoom()
        case (.naming, .failed(let failure, _)): return .fail(unnamed(failure))
        case (.lookingForRoom, .answered(let exchange)): return judgeRoom(exchange)
        case (.listing, .answered(let exchange)): return readPage(exchange)
        case (.completing(let place), .answered(let exchange)): return complete(place, by: exchange)
        case (.lookingForRoom, .failed(let failure, _)), (.listing, .failed(let failure, _)),
            (.completing, .failed(let failure, _)):
            return .fail(failure)
        case (.asking, .told(let verdict)):
            if let failure = verdict.failure { return .fail(failure) }
            // The yes covers only what was shown, so all is read again before the first write.
            consent?.grant(subject)
            return list()
        case (.awaitingTurn, .begun): return edit()
        case (.awaitingTurn, .failed(let failure, _)):
            halt = failure
            return carry(.fail(failure))
        case (.editing(let edit), _): return goOn(with: edit, after: outcome)
        case (.relisting, .answered(let exchange)): return readPage(exchange)
        case (.recompleting(let place), .answered(let exchange)): return complete(place, by: exchange)
        case (.relisting, .failed(let failure, _)), (.recompleting, .failed(let failure, _)):
            return finish(undeleted: failure)
        case (.deleting, .outdated): return listAgain()
        case (.deleting, .answered(let exchange)): return judgeDeletion(exchange)
        case (.deleting, .failed(let failure, let evidence)): return judgeDeletion(failure, evidence)
        case (.lookingForDeleted(let failure), _): return judgeLook(outcome, after: failure)
        default: return .fail(.unasked)
        }
    }

    // MARK: Reading

    private func begin() -> Step {
        guard terms.contactID != terms.otherID else {
            let text = "into_contact_id must be another contact than contact_id."
            let error = FieldError(field: "into_contact_id", code: "invalid_value", message: text)
            return .fail(RPCFailure(.invalidParams, text, errors: [error]))
        }
        return .send(reading(terms.contactID))
    }

    private func reading(_ contactID: String) -> APIRequest {
        let target = ByteBuffer(text: "/v2/contacts/\(contactID)")
        return APIRequest(.get, target: target, .read, about: .id)
    }

    private func unnamed(_ cause: RPCFailure) -> RPCFailure {
        guard cause.kind == .notFound else { return cause }
        let (field, id) = names.isEmpty ? ("contact_id", terms.contactID) : ("into_contact_id", terms.otherID)
        var failure = cause
        failure.message = "There is no contact \(id), so nothing was written."
        if failure.errors.isEmpty {
            failure.errors = [FieldError(field: field, code: "not_found", message: failure.message)]
        }
        return failure
    }

    /// Only an engagement tells a calendar resource from a person. Nobody's place may be taken by one: it can't be put
    /// on an engagement, so people would be dropped for nothing.
    private func lookForRoom() -> Step {
        phase = .lookingForRoom
        return .send(EngagementListing.look(of: terms.otherID))
    }

    private func judgeRoom(_ exchange: Exchange) -> Step {
        do throws(RPCFailure) {
            let sets = try ListPage(exchange.answer).items.map {
                $0.member("contacts").flatMap { ContactSet(list: $0) }
            }
            return sets.contains(where: marksOther) ? .fail(isIntoRoom) : list()
        } catch {
            return .fail(error)
        }
    }

    /// Whether the contact that is to take the place is a calendar resource there.
    private func marksOther(_ set: ContactSet?) -> Bool { set?.preserved.contains(terms.otherID) == true }

    private var isIntoRoom: RPCFailure {
        let text = "\(terms.otherID) is a calendar resource, which takes nobody's place, so nothing was written."
        let error = FieldError(field: "into_contact_id", code: "calendar_resource", message: text)
        return RPCFailure(.unprocessable, text, errors: [error])
    }

    private func list() -> Step {
        listing = EngagementListing(of: terms.contactID)
        phase = .listing
        return .send(listing.request)
    }

    private var isAgain: Bool {
        switch phase {
        case .relisting, .recompleting: true
        default: false
        }
    }

    private func readPage(_ exchange: Exchange) -> Step {
        do throws(RPCFailure) {
            guard try listing.read(exchange) else { return completeNext() }
        } catch {
            return isAgain ? finish(undeleted: error) : .fail(error)
        }
        return .tell(.list(items: listing.items.count, pages: listing.pages), then: .send(listing.request))
    }

    /// Reads engagements by themselves of which the list does not say who is on them.
    private func completeNext() -> Step {
        guard let (place, request) = listing.unread else { return isAgain ? delete() : decide() }
        phase = isAgain ? .recompleting(place) : .completing(place)
        return .send(request)
    }

    private func complete(_ place: Int, by exchange: Exchange) -> Step {
        do throws(RPCFailure) {
            try listing.complete(place, by: exchange)
        } catch {
            return isAgain ? finish(undeleted: error) : .fail(error)
        }
        return completeNext()
    }

    private func decide() -> Step {
        if listing.items.contains(where: { marksOther($0.contacts) }) { return .fail(isIntoRoom) }
        plan = MergePlan(of: terms.contactID, into: terms.otherID, listing)
        if terms.isDryRun {
            for place in plan.places { notePlanned(place) }
            return finish()
        }
        let isAnything = !plan.changing.isEmpty || terms.isDeletion
        if isAnything, let consent, !consent.holds(for: subject) {
            phase = .asking
            return .askPerson(Question(message: question, subject: subject))
        }
        return editNext()
    }

    private func notePlanned(_ place: MergePlan.Place) {
        guard let wanted = place.wanted else { return report.note(place.id, .no, isRoom) }
        report.note(planned: place, wanted)
    }

    private var isRoom: RPCFailure {
        let text = "The contact is a calendar resource of this engagement, which nothing takes off it."
        return RPCFailure(.unprocessable, text)
    }

    // MARK: Asking

    private var subject: [UInt8] {
        let head = "\(terms.contactID) \(terms.otherID) \(terms.isDeletion)\n"
        return Array(head.utf8) + plan.subject
    }

    private var question: String {
        let ids = [terms.contactID, terms.otherID]
        let shown = zip(names, ids).map { QuestionText.named($0, $1) }
        var lines = ["Merge contact \(shown[0]) into \(shown[1])?"] + plan.questionLines
        if terms.isDeletion { lines.append("Afterwards \(shown[0]) is deleted, which can't be undone.") }
        return lines.joined(separator: "\n")
    }

    // MARK: Writing

    private func editNext() -> Step {
        while done < plan.places.count {
            let place = plan.places[done]
            guard place.wanted == nil else {
                (phase, applied) = (.awaitingTurn, .no)
                return .tell(.merge(done: done, total: plan.places.count), then: .takeTurn(place.id))
            }
            report.note(place.id, .no, isRoom)
            done += 1
        }
        return terms.isDeletion && report.isComplete ? listAgain() : finish()
    }

    private func edit() -> Step {
        let place = plan.places[done]
        let path = ByteBuffer(text: "/v2/engagements/\(place.id)/contacts")
        let edit = ContactEdit(
            contacts: path.bytes, .replace(place.wanted ?? []),
            Editing(isDryRun: false, expected: place.contacts.contacts))
        phase = .editing(edit)
        return carry(edit.next(after: .begun))
    }

    private func goOn(with edit: ContactEdit, after outcome: Outcome) -> Step {
        switch outcome {
        case .answered where isWriting: applied = .yes
        case .failed(_, let evidence) where isWriting: applied = applied.joined(with: evidence.applied)
        default: break
        }
        if case .failed(let failure, let evidence) = outcome, isForAll(failure, evidence) { halt = failure }
        return carry(edit.next(after: outcome))
    }

    /// Performs a step of an edit. Its end is that of one engagement.
    private func carry(_ step: Step) -> Step {
        switch step {
        case .send(let request): isWriting = request.isWrite
        case .noteLeft(let contacts, let then): return .noteLeft(contacts, then: carry(then))
        case .finish(_, _, let members, _):
            if let members { report.note(plan.places[done].id, applied, members: members) }
            return endEdit()
        case .fail(let failure):
            report.note(plan.places[done].id, applied, told(failure))
            return endEdit()
        case .askPerson, .recall, .tell, .takeTurn: break
        }
        return step
    }

    private func endEdit() -> Step {
        done += 1
        guard let halt else { return editNext() }
        let text = "Not begun, because an earlier engagement failed for all: \(halt.message)"
        var other = RPCFailure(halt.kind, text, retryable: halt.retryable)
        (other.applied, other.attempts, other.status) = ("no", 0, halt.status)
        for place in plan.places.dropFirst(done) { report.note(place.id, .no, other) }
        return finish()
    }

    private func told(_ failure: RPCFailure) -> RPCFailure {
        var failure = failure
        failure.tell(applied)
        return failure
    }

    /// Whether no other engagement can succeed either. A request that could not even be sent in time, or at the API's
    /// rate, has no successor that could.
    private func isForAll(_ failure: RPCFailure, _ evidence: WriteEvidence) -> Bool {
        switch failure.kind {
        case .unauthorized, .notConfigured, .journalFailed, .shuttingDown: true
        case .timeout, .rateLimited: evidence.attempts == 0
        default: false
        }
    }

    // MARK: Deleting

    private func listAgain() -> Step {
        listing = EngagementListing(of: terms.contactID)
        phase = .relisting
        return .send(listing.request)
    }

    private func delete() -> Step {
        let left = MergePlan(of: terms.contactID, into: terms.otherID, listing).places
        guard left.isEmpty else {
            let ids = left.prefix(10).map(\.id).joined(separator: ", ") + (left.count > 10 ? " and others" : "")
            let text = "The contact is on engagements that were not there before (\(ids)), so it was not deleted."
            return finish(undeleted: RPCFailure(.preconditionFailed, text, retryable: true))
        }
        phase = .deleting
        let target = ByteBuffer(text: "/v2/contacts/\(terms.contactID)")
        return .send(APIRequest(.delete, target: target, .replace, about: .id, isChecked: true))
    }

    private func judgeDeletion(_ exchange: Exchange) -> Step {
        guard JSONSlice(checked: exchange.answer).member("deleted")?.bool == false else {
            return finish(isDeleted: true)
        }
        let text = "The API's answer to the deletion says that the contact is not deleted."
        var failure = RPCFailure(.badResponse, text)
        failure.adopt(exchange)
        failure.tell(.unknown)
        phase = .lookingForDeleted(failure)
        return .send(reading(terms.contactID))
    }

    private func judgeDeletion(_ failure: RPCFailure, _ evidence: WriteEvidence) -> Step {
        var failure = failure
        failure.tell(evidence.applied)
        // What is not there any more is deleted, whoever did it.
        guard evidence.applied != .no || failure.kind == .notFound else { return finish(undeleted: failure) }
        phase = .lookingForDeleted(failure)
        return .send(reading(terms.contactID))
    }

    private func judgeLook(_ outcome: Outcome, after failure: RPCFailure) -> Step {
        if case .failed(let look, _) = outcome, look.kind == .notFound { return finish(isDeleted: true) }
        return finish(undeleted: failure)
    }

    // MARK: The end

    private func finish(isDeleted: Bool = false, undeleted failure: RPCFailure? = nil) -> Step {
        guard let last else { return .fail(.unasked) }
        var meta: ByteBuffer?
        if let run = terms.run {
            let text = ByteBuffer()
            text.append(",\"run\":")
            JSONWriter.appendString(run, to: text)
            meta = text
        }
        return .finish(last, data: report.data(isDeleted: isDeleted, failure), meta: meta)
    }
}
