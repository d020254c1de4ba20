import JSON
import JSONRPC

/// Which contacts have an address, as `engagement.findContacts` finds them. What was found is fresh for a minute.
package final class AddressBook {
    /// What was found.
    enum Finding {
        case found(String)
        case missing
        case ambiguous([Attendee])
        /// It could not be looked up, for this reason.
        case failed(String)

        /// Why nobody is meant for sure by `address`, and who may be: the stable word, and a sentence. Nil if somebody
        /// is, or if that is not known.
        func fault(of address: String) -> (code: String, message: String, candidates: [Attendee])? {
            switch self {
            case .found, .failed: return nil
            case .missing:
                let message = "No contact has the address \(address); mend it, or create the contact first."
                return ("not_found", message, [])
            case .ambiguous(let several):
                let list = several.prefix(10).map { "\($0.id) \($0.title)" }.joined(separator: ", ")
                let message = "\(several.count) contacts have this address: \(list). Write the id of the right one."
                return ("ambiguous", message, several)
            }
        }
    }

    private struct Entry {
        var finding: Finding?
        var freshUntil = 0.0
        var isUnderWay = false
    }

    private static let method = "engagement.findContacts"
    /// Seconds that something found stays, and that a failure does; addresses that are kept, at most.
    private static let seconds = (fresh: 60.0, failed: 5.0)
    private static let limit = 10_000
    private var entries: [[UInt8]: Entry] = [:]
    private var onNews: [() -> Void] = []
    private unowned let surroundings: any EditorSurroundings

    init(_ surroundings: any EditorSurroundings) { self.surroundings = surroundings }

    /// Has `news` called whenever something was found.
    func report(to news: @escaping () -> Void) { onNews.append(news) }

    /// What is known about an address; nil for nothing yet. It is looked up if that is nothing or old.
    func finding(_ address: String) -> Finding? {
        let key = address.foldedAddress
        let entry = entries[key] ?? Entry()
        if entry.finding != nil, entry.freshUntil > surroundings.seconds || entry.isUnderWay { return entry.finding }
        guard surroundings.offers(Self.method) else { return .failed("\(Self.method) is switched off") }
        lookUp(address, key)
        return entry.finding
    }

    private func lookUp(_ address: String, _ key: [UInt8]) {
        if entries[key]?.isUnderWay == true { return }
        if entries.count >= Self.limit { entries = entries.filter { $0.value.isUnderWay } }
        entries[key, default: Entry()].isUnderWay = true
        surroundings.call(Self.method, { $0.member("emails", [address]) }, isWanted: { true }) { [weak self] reply in
            self?.keep(reply, key)
        }
    }

    private func keep(_ reply: CallReply, _ key: [UInt8]) {
        var seconds = Self.seconds.fresh
        let finding: Finding
        switch reply {
        case .result(let result): finding = Self.read(result.member("data"))
        case .failure(let failure):
            seconds = failure.retryAfterMs.map { Double($0) / 1000 } ?? Self.seconds.failed
            finding = .failed(failure.sentence)
        }
        entries[key] = Entry(finding: finding, freshUntil: surroundings.seconds + seconds)
        for news in onNews { news() }
    }

    // The call has one query, so what is in an answer is about that.
    private static func read(_ data: JSONSlice?) -> Finding {
        if let id = data?.member("found")?.members.first(where: { _ in true })?.value.string { return .found(id) }
        if let several = data?.member("ambiguous")?.members.first(where: { _ in true })?.value {
            return .ambiguous(several.elements.compactMap { Attendee($0) })
        }
        return .missing
    }
}
