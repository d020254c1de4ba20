import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Changes one record after a person has said yes. It reads the record first, so the question can name it and show what
/// would change. A write that would change nothing is not sent.
final class RecordChange: Procedure {
    private enum Phase { case reading, naming, asking, writing }

    private let method: Method
    private let request: APIRequest
    /// The record's own path, and its id.
    private let record: (path: ByteBuffer, id: String)
    private let consent: Consent
    private var phase = Phase.reading
    private var wasAsked = false
    private var question = Question(message: "", subject: [])
    /// The exchange that brought the record; nil when it could not be read.
    private var found: Exchange?
    /// The names of tags to be added.
    private var names = NameReading(path: "/v2/tags/")

    /// - Parameters:
    ///   - request: the write.
    ///   - resource: the range of the record's id in its target.
    init(_ method: Method, _ request: APIRequest, resource: Range<Int>, _ consent: Consent) {
        self.method = method
        self.request = request
        self.consent = consent
        let target = request.target.bytes
        let path = ByteBuffer(target.slice(0, resource.upperBound))
        record = (path, target.slice(resource.lowerBound, resource.upperBound).text)
    }

    func next(after outcome: Outcome) -> Step {
        switch (phase, outcome) {
        case (_, .begun): return .send(reading)
        case (.reading, .answered(let exchange)):
            found = exchange
            return haveRead()
        case (.reading, .failed(let failure, _)):
            found = nil
            if failure.kind == .notFound, isReadSurely { return .fail(missing(failure)) }
            // If the record can't be read, the question names it by id.
            return haveRead()
        case (.naming, .answered(let exchange)):
            names.keep(JSONSlice(checked: exchange.answer).member("name")?.string)
            return nameNext()
        case (.naming, .failed(let failure, _)):
            names.pass(over: failure)
            return nameNext()
        case (.asking, .told(let verdict)):
            wasAsked = true
            if let failure = verdict.failure { return .fail(failure) }
            // The yes covers only the record that was shown, so it is read again right before the write.
            consent.grant(question.subject)
            phase = .reading
            return .send(reading)
        case (.writing, .outdated):
            phase = .reading
            return .send(reading)
        case (.writing, .answered(let exchange)): return .finish(exchange, data: exchange.body)
        case (.writing, .failed(let failure, _)), (.asking, .failed(let failure, _)): return .fail(failure)
        case (_, .recalled), (_, .told), (_, .outdated), (.asking, .answered): return .fail(.unasked)
        }
    }

    private var isOfTags: Bool { method.name == "engagement.replaceTags" }

    private var reading: APIRequest {
        let target = ByteBuffer(record.path.bytes)
        if isOfTags { target.append("?expand=tags") }
        return APIRequest(.get, target: target, .read, about: .id, isLookUp: true)
    }

    /// Whether a 404 means that there is no such record. Without a documented path, it may mean that the path is wrong.
    private var isReadSurely: Bool {
        Method.all.first { $0.name == "\(method.resource).get" }?.source == .documented
    }

    private func missing(_ cause: RPCFailure) -> RPCFailure {
        var failure = cause
        failure.message =
            "There is no \(noun) \(record.id); " + (wasAsked ? "" : "nobody was asked, and ") + "nothing was changed."
        return failure
    }

    private var noun: String {
        method.resource == "transcriptComment" ? "transcript comment" : String(method.resource)
    }

    private func haveRead() -> Step {
        let now = found.map { JSONSlice(checked: $0.answer) }
        if let found, changesNothing(now) { return .finish(found, data: found.body) }
        let tags = isOfTags ? tags(now) : nil
        names.want(tags?.added ?? [])
        phase = .naming
        return nameNext()
    }

    private func nameNext() -> Step {
        if let request = names.next { return .send(request) }
        let message = message(found.map { JSONSlice(checked: $0.answer) })
        // The question may cut long texts; the body and the record have them whole.
        let body = request.body.map { Array($0.bytes) } ?? []
        let before = replaced(found.map { JSONSlice(checked: $0.answer) })
        question = Question(message: message, subject: Array(message.utf8) + [0] + body + [0] + before)
        guard consent.holds(for: question.subject) else {
            phase = .asking
            return .askPerson(question)
        }
        phase = .writing
        return .send(request)
    }

    // MARK: What would change

    /// The members to write.
    private var wanted: JSONSlice? { request.body.map { JSONSlice(checked: $0.bytes) } }

    /// The record's present value of a member.
    private func present(_ name: JSONSlice, _ now: JSONSlice) -> JSONSlice? {
        if isOfAssociation { return now.member("crm_association")?.value(of: name) }
        if name.reads("company_id") { return now.member("company")?.member("id") ?? now.member("company_id") }
        return now.value(of: name)
    }

    private var isOfAssociation: Bool { method.address?.path.hasSuffix("/crm_association") == true }

    /// The present values of what is to be written, as the API spells them.
    private func replaced(_ now: JSONSlice?) -> [UInt8] {
        guard let now, let wanted, wanted.kind == .object else { return [] }
        return wanted.members.flatMap { member in present(member.name, now).map { Array($0.bytes) + [0] } ?? [0] }
    }

    private func isSame(_ member: JSONMember, _ now: JSONSlice) -> Bool {
        guard let present = present(member.name, now) else { return member.value.kind == .null }
        return present.says(member.value)
    }

    private func changesNothing(_ now: JSONSlice?) -> Bool {
        guard let now else { return false }
        if let tags = isOfTags ? tags(now) : nil { return tags.dropped.isEmpty && tags.added.isEmpty }
        if isOfTags { return false }
        guard let wanted else {
            return isOfAssociation && (now.member("crm_association")?.kind ?? .null) == .null
        }
        return wanted.members.allSatisfy { isSame($0, now) }
    }

    private struct Tags {
        let dropped: [(id: String, name: String?)]
        let added: [String]
        let kept: Int
    }

    /// The change of an engagement's tags; nil where the record doesn't list them.
    private func tags(_ now: JSONSlice?) -> Tags? {
        let wanted = wanted?.member("tag_ids")?.elements.compactMap(\.string) ?? []
        guard let list = now?.member("tags"), list.kind == .array else { return nil }
        let present = list.elements.map { ($0.member("id")?.string ?? "", $0.member("name")?.string) }
        let (old, new) = (Set(present.map { Array($0.0.utf8) }), Set(wanted.map { Array($0.utf8) }))
        var seen = old
        let dropped = present.filter { !new.contains(Array($0.0.utf8)) }
        return Tags(
            dropped: dropped, added: wanted.filter { seen.insert(Array($0.utf8)).inserted },
            kept: present.count - dropped.count)
    }

    // MARK: Words

    private func message(_ now: JSONSlice?) -> String {
        let what = method.summary.hasSuffix(".") ? String(method.summary.dropLast()) : method.summary
        let named = QuestionText.named(now?.name(as: method.resource), record.id)
        let head = what.replacing("one \(noun)", with: "\(noun) \(named)", maxReplacements: 1)
        var lines = head == what ? ["\(what)?", named] : [head + "?"]
        if isOfTags {
            lines += tagLines(now)
        } else if let wanted {
            for member in wanted.members where now.map({ !isSame(member, $0) }) ?? true {
                lines += self.lines(member, now)
            }
        } else if isOfAssociation, let association = now?.member("crm_association") {
            lines.append("crm_association: nothing (now \(association.told))")
        }
        return lines.joined(separator: "\n")
    }

    private func lines(_ member: JSONMember, _ now: JSONSlice?) -> [String] {
        let name = member.name.string ?? ""
        let present: JSONSlice? = now.flatMap { self.present(member.name, $0) }
        guard member.value.kind == .array else {
            let before = now == nil ? "" : " (now \(present?.told ?? "nothing"))"
            return ["\(name): \(member.value.told)\(before)"]
        }
        let (new, old) = (Self.items(member.value), Self.items(present))
        let list = new.isEmpty ? ["\(name): none"] : QuestionText.list(name, new)
        return list + QuestionText.list("\(name) now", old)
    }

    private static func items(_ list: JSONSlice?) -> [String] { list?.elements.map { $0.told } ?? [] }

    private func tagLines(_ now: JSONSlice?) -> [String] {
        guard let tags = tags(now) else {
            let ids = wanted?.member("tag_ids")?.elements.compactMap(\.string) ?? []
            return ids.isEmpty ? ["All tags are dropped."] : QuestionText.list("Tags afterwards", ids)
        }
        return QuestionText.list("Dropped", tags.dropped.map { QuestionText.named($0.name, $0.id) })
            + QuestionText.list("Added", tags.added.map { QuestionText.named(names[$0], $0) })
            + ["Kept: \(tags.kept)."]
    }
}
