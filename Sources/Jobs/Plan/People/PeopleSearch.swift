import HTTP
import JSON

/// Looks a table's addresses up, side by side: an address a call, so that no call depends on how many there are.
final class PeopleSearch: JobStage {
    /// The contacts found so far.
    private(set) var found = FoundPeople()
    /// What to do about each address that is no one contact's.
    private(set) var advice: [PersonReference: String] = [:]
    /// Why the looking up has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private let people: [PersonReference]
    private var queue: CallQueue

    /// A search for the people of `rows` that are named by an address.
    init(_ rows: [AttendeeRow], _ limits: CallLimits) {
        var seen: Set<PersonReference> = []
        for row in rows {
            for case .address(let text) in row.people { seen.insert(.address(text)) }
        }
        people = seen.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        let limit = min(limits.count(requests: 1), 2 * limits.connections)
        queue = CallQueue(Array(people.indices), limit: limit)
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }

    func nextCall(at now: Instant) -> JobCall? {
        guard let item = queue.next(at: now) else { return nil }
        let address = people[item].text
        return JobCall("engagement.findContacts", tag: item) { $0.member("emails", [address]) }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(nil)
            if let data = result.member("data") { read(data, about: people[item]) }
        case .failure(let problem):
            if queue.end(problem) { return stop(problem) }
            if problem.isKind(.rateLimited), queue.throttled(item, problem, at: now) { return }
            if problem.isKind(.invalidParams) {
                advice[people[item]] = "write an address that the API can look up, or the contact's id"
                return
            }
            stop(problem)
        }
    }

    /// Without all of them, nobody can say what is to be done.
    private func stop(_ problem: JobFailure) {
        if failure == nil { failure = problem }
        _ = queue.close()
    }

    private func read(_ data: JSONSlice, about person: PersonReference) {
        // The call has one query, so what is in an answer is about that.
        if let id = data.member("found")?.members.first(where: { _ in true })?.value.string {
            return found.note(person, is: id)
        }
        if let several = data.member("ambiguous")?.members.first(where: { _ in true })?.value {
            let names = several.elements.map { contact in
                Contact(contact).named(besides: person.text)
            }
            let list = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and others" : "")
            advice[person] = "\(names.count) contacts have this address: \(list); write the id of the right one"
            return
        }
        advice[person] = "no contact has this address; mend it, or create the contact first"
    }
}
