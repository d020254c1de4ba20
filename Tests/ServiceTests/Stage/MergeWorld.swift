import Bytes
import Foundation
import HTTP

@testable import Service

/// A server with contacts and their engagements, in pages of two, that remembers what it carried out. Each engagement
/// has a calendar resource besides its people.
final class MergeWorld {
    /// A change that the server made.
    struct Change {
        let verb: HTTPVerb
        let id: String
        let before: [String]
        let after: [String]
    }

    private struct Engagement {
        var people: [String]
        /// When it changed last: lists are in this order.
        var stamp: Int
    }

    private(set) var contacts: Set<String>
    /// What was carried out, in order.
    private(set) var changes: [Change] = []
    /// Engagements that listed the contact when it was deleted.
    private(set) var orphans: [String] = []
    /// What a request meets in place of its answer; nil for the answer.
    var fault: (Exchange) -> Fate? = { _ in nil }
    /// Called before an engagement or a list is read.
    var onRead: () -> Void = {}
    /// Seconds until an answer comes.
    var delay: () -> Double = { 0.01 }
    /// Whether lists leave out who is on an engagement.
    var hidesPeople = false
    private var engagements: [String: Engagement] = [:]
    private var stamp = 0

    static let room = "cnt_room"

    init(contacts: Set<String>, _ engagements: [String: [String]]) {
        self.contacts = contacts
        for (id, people) in engagements.sorted(by: { $0.key < $1.key }) {
            stamp += 1
            self.engagements[id] = Engagement(people: people, stamp: stamp)
        }
    }

    /// Who is on each engagement, calendar resources aside.
    var people: [String: [String]] { engagements.mapValues(\.people) }

    /// Somebody else changes who is on an engagement.
    func set(_ people: [String], on id: String) {
        stamp += 1
        engagements[id] = Engagement(people: people, stamp: stamp)
    }

    /// A transport whose exchanges come here.
    func transport(_ dice: Dice? = nil) -> FakeTransport {
        let transport = FakeTransport(dice: dice) { [unowned self] in fate($0) }
        transport.onCarriedOut = { [unowned self] in carryOut($0.verb, $0.target, $0.body) }
        return transport
    }

    // MARK: Answers

    private func fate(_ exchange: Exchange) -> Fate {
        let target = exchange.request.target.bytes.text
        if exchange.request.verb == .get, target.contains("engagements") { onRead() }
        if let fate = fault(exchange) { return fate }
        return answer(exchange.request.verb, target, exchange.request.body?.bytes.text ?? "")
    }

    /// The answer of a server that is well.
    private func answer(_ verb: HTTPVerb, _ target: String, _ body: String) -> Fate {
        let parts = target.split(separator: "?")[0].split(separator: "/").map(String.init)
        let id = parts[2]
        if parts[1] == "contacts" {
            guard contacts.contains(id) else { return .answer(404, after: delay()) }
            if parts.count == 4 { return .answer(200, page(of: id, target), after: delay()) }
            let contact = #"{"id":"\#(id)","first_name":"Name of \#(id)","last_name":null}"#
            return verb == .delete ? .answer(204, "", after: delay()) : .answer(200, contact, after: delay())
        }
        guard let engagement = engagements[id] else { return .answer(404, after: delay()) }
        if verb == .put, let stranger = Self.ids(in: body).first(where: { !contacts.contains($0) }) {
            let error = #"{"errors":[{"field":"contact_ids","code":"not_found","message":"\#(stranger)"}]}"#
            return .answer(422, error, after: delay())
        }
        return .answer(200, text(id, engagement, withPeople: verb == .get), after: delay())
    }

    private func text(_ id: String, _ engagement: Engagement, withPeople: Bool) -> String {
        let items = engagement.people.map { #"{"id":"\#($0)"}"# }
        let room = #"{"id":"\#(Self.room)","is_calendar_resource":true}"#
        let contacts = withPeople ? #","contacts":[\#((items + [room]).joined(separator: ","))]"# : ""
        return #"{"id":"\#(id)","title":"Title of \#(id)"\#(contacts)}"#
    }

    private func page(of contact: String, _ target: String) -> String {
        let after = target.components(separatedBy: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
        let all = engagements.filter { $0.value.people.contains(contact) && $0.value.stamp > after }
            .sorted { $0.value.stamp < $1.value.stamp }
        let items = all.prefix(2).map { text($0.key, $0.value, withPeople: !hidesPeople) }
        let next = all.count > 2 ? "\"\(all[1].value.stamp)\"" : "null"
        let list = items.joined(separator: ",")
        return #"{"object":"list","data":[\#(list)],"has_more":\#(all.count > 2),"next_cursor":\#(next)}"#
    }

    static func ids(in body: String) -> [String] {
        body.split(separator: "\"").map(String.init).filter { $0.hasPrefix("cnt_") }
    }

    // MARK: Changes

    private func carryOut(_ verb: HTTPVerb, _ target: String, _ body: String) {
        let id = target.split(separator: "/").map(String.init)[2]
        switch verb {
        case .put:
            let before = engagements[id]?.people ?? []
            set(Self.ids(in: body), on: id)
            changes.append(Change(verb: .put, id: id, before: before, after: people[id] ?? []))
        case .delete:
            orphans += engagements.filter { $0.value.people.contains(id) }.map(\.key)
            contacts.remove(id)
            changes.append(Change(verb: .delete, id: id, before: [], after: []))
        default: break
        }
    }
}
