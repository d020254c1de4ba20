import HTTP
import JSON
import Tables

/// Looks a table's addresses up, side by side: an address a call, so that no call depends on how many there are.
final class PeopleSearch: JobStage {
    /// Why an address is no one contact's.
    enum Miss {
        /// No contact has it; a calendar resource may.
        case nobody
        /// It can't be said whose it is; what to do.
        case unclear(String)
        /// The look-up failed.
        case failed(JobFailure)
    }

    /// The contacts found so far.
    private(set) var found = FoundPeople()
    private(set) var misses: [PersonReference: Miss] = [:]
    /// Why the looking up has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private let people: [PersonReference]
    private var queue: CallQueue

    /// Refusals that show that the token may not read contacts: none of them is private.
    private static let forbiddenLimit = 3

    /// A search for those that are named by an address.
    init(_ people: some Sequence<PersonReference>, _ limits: CallLimits) {
        var seen: Set<PersonReference> = []
        for case .address(let text) in people { seen.insert(.address(text)) }
        self.people = seen.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        let limit = min(limits.count(requests: 1), 2 * limits.connections)
        queue = CallQueue(Array(self.people.indices), limit: limit, forbiddenLimit: Self.forbiddenLimit)
    }

    /// Whether the API was reached.
    var hasReached: Bool { queue.hasReached }
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
            _ = queue.end(item, nil, at: now)
            read(result.member("data"), about: people[item])
        case .failure(let problem):
            let end = queue.end(item, problem, at: now)
            guard end != .again else { return }
            misses[people[item]] =
                problem.isKind(.invalidParams)
                ? .unclear("write an address that the API can look up, or the contact's id") : .failed(problem)
            guard end == .hopeless else { return }
            // Without all of them, nobody can say what is to be done.
            if failure == nil { failure = problem }
            _ = queue.close()
        }
    }

    private func read(_ data: JSONSlice?, about person: PersonReference) {
        // The call has one query, so what is in an answer is about that.
        if let id = data?.member("found")?.members.first(where: { _ in true })?.value.string {
            return found.note(person, is: id)
        }
        if let several = data?.member("ambiguous")?.members.first(where: { _ in true })?.value {
            let names = several.elements.map { Contact($0).named }
            let list = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and others" : "")
            misses[person] = .unclear(
                "\(names.count) contacts have this address: \(list); write the id of the right one")
            return
        }
        guard data?.member("missing")?.elements.first(where: { _ in true }) != nil else {
            misses[person] = .failed(JobFailure(.badResponse, "The answer does not say whose \(person.text) is."))
            return
        }
        misses[person] = .nobody
    }
}
