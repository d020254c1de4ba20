import HTTP
import JSON

/// Looks up the contacts whom a table adds, side by side: whether they are there, their names, and which of them are
/// calendar resources, as only an engagement tells.
final class PeopleCheck: JobStage {
    /// What is to be found out about a contact next.
    private enum Need {
        /// Whether it is a calendar resource.
        case kind
        /// Its name, and whether it is there.
        case name
    }

    /// The contacts that were read.
    private(set) var contacts: [Contact] = []
    /// The calendar resources among them.
    private(set) var rooms = Rooms()
    /// The ids that no contact has.
    private(set) var missing: Set<String> = []
    /// The ids that could not be looked up.
    private(set) var failures: [String: JobFailure] = [:]
    /// Why the looking up has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private let ids: [String]
    private var needs: [Need]
    /// How many of `ids`, from the beginning, are known from the table alone.
    private let doubtful: Int
    /// Contacts that may still be read only for their names: a plan for thousands does not read thousands more.
    private var namesLeft = 500
    private var queue: CallQueue

    /// - Parameters:
    ///   - ids: those who may not be there, each once.
    ///   - found: those who are there and may be calendar resources, each once.
    ///   - named: those of whom only the names are wanted, each once.
    ///   - asRooms: whether calendar resources are to be found out.
    init(_ ids: [String], found: [String] = [], named: [String] = [], asRooms: Bool, _ limits: CallLimits) {
        let named = named.prefix(namesLeft)
        namesLeft -= named.count
        doubtful = ids.count
        needs = (ids + found).map { _ in asRooms ? .kind : .name } + named.map { _ in .name }
        self.ids = ids + found + named
        // What was read before shows that the token may read.
        queue = CallQueue(Array(self.ids.indices), limit: limits.count(requests: 1), proven: true, reached: true)
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }

    func nextCall(at now: Instant) -> JobCall? {
        guard let item = queue.next(at: now) else { return nil }
        let id = ids[item]
        guard needs[item] == .kind else { return JobCall("contact.get", tag: item) { $0.member("contact_id", id) } }
        return JobCall("contact.listEngagements", tag: item) { json in
            json.member("contact_id", id)
            json.member("limit", 1)
            json.member("expand", ["contacts"])
            json.member("fields", ["contacts"])
        }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(item, nil, at: now)
            let data = result.member("data")
            if needs[item] == .name { return keep(data.map(Contact.init), item) }
            guard let contact = data.flatMap({ participant(ids[item], $0) }) else { return askForName(item, now) }
            keep(contact, item)
        case .failure(let problem) where problem.isKind(.notAllowed):
            // Whoever excludes the methods of contacts goes without: the API judges the ids when they are written.
            _ = queue.end(item, nil, at: now)
            if needs[item] == .kind { askForName(item, now) }
        case .failure(let problem):
            let end = queue.end(item, problem, at: now)
            guard end != .again else { return }
            if end == .hopeless { return stop(problem, item) }
            // That it is on no engagement which can be listed says nothing about it.
            if needs[item] == .kind { return askForName(item, now) }
            fail(item, problem)
        }
    }

    /// The contact as one of its engagements lists it.
    private func participant(_ id: String, _ page: JSONSlice) -> Contact? {
        guard let engagements = page.member("data") else { return nil }
        for engagement in engagements.elements {
            guard let people = engagement.member("contacts") else { continue }
            for element in people.elements {
                let contact = Contact(element)
                if contact.id == id { return contact }
            }
        }
        return nil
    }

    private func askForName(_ item: Int, _ now: Instant) {
        if let failure { return fail(item, failure) }
        if item >= doubtful {
            guard namesLeft > 0 else { return }
            namesLeft -= 1
        }
        needs[item] = .name
        queue.repeats(item, at: now)
    }

    private func keep(_ contact: Contact?, _ item: Int) {
        guard let contact, contact.id == ids[item] else {
            return fail(item, JobFailure(.badResponse, "The answer is not about \(ids[item])."))
        }
        contacts.append(contact)
        if contact.isRoom { rooms.note(contact) }
    }

    private func fail(_ item: Int, _ problem: JobFailure) {
        // Of the others only the names are missing.
        guard item < doubtful else { return }
        if problem.isKind(.notFound) { missing.insert(ids[item]) } else { failures[ids[item]] = problem }
    }

    private func stop(_ problem: JobFailure, _ item: Int) {
        failure = problem
        for left in [item] + queue.close() { fail(left, problem) }
    }
}
