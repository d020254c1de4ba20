import Bytes
import JSON
import JSONRPC

extension AttendeesDocuments {
    // MARK: Replacing

    /// Somebody has saved a document, or pressed its lens: asks whether to replace, if there is anything to replace.
    func propose(_ open: OpenAttendees, _ document: TextDocument, isPress: Bool) {
        guard let server, server.surroundings.offers(Self.replacing), open.question == nil else { return }
        guard let base = open.base else {
            if isPress { server.tell(.info, "Who takes part is still being read.") }
            return
        }
        if open.newer != nil { return askReload(open) }
        let text = AttendeesText(document)
        let change = AttendeesChange(text, base, server)
        if let fault = text.faults.first {
            return server.tell(.error, "Line \(fault.line + 1): \(fault.advice). Nobody was asked.")
        }
        if let obstacle = change.obstacle {
            return server.tell(.error, "Line \(obstacle.entry.line + 1): \(obstacle.message) Nobody was asked.")
        }
        if let objection = change.objections.first {
            let place = objection.line.map { "Line \($0 + 1): " } ?? ""
            return server.tell(.error, "\(place)\(objection.message) Nobody was asked.")
        }
        if change.isPending { return open.wait(Array(document.text), isPress: isPress) }
        if change.isNone {
            open.mark(unsent: false)
            if isPress { server.tell(.info, "No change: these people are on it already.") }
            return
        }
        if !isPress, open.askedAbout == change.wanted.sorted() { return }
        ask(open, base, for: change.wanted, in: Array(document.text), granted: nil)
    }

    /// Replaces when the person has said yes. A question about `granted` is not asked.
    private func ask(
        _ open: OpenAttendees, _ base: AttendeesBase, for wanted: [String], in text: [UInt8], granted: [UInt8]?
    ) {
        guard let server else { return }
        let question = AttendeesQuestion("Replace", server, about: (open, text)) { [weak self] question in
            self?.cantAsk(open, AttendeesOffer("Replace", question, text: text, wanted: wanted))
        }
        if granted != nil { question.beginWork() }
        open.begin(question, about: wanted.sorted())
        let call = server.surroundings.write(
            Self.replacing, asking: question, granted: granted,
            { json in
                json.member("engagement_id", open.id.text)
                json.member("contact_ids", wanted)
                json.member("expected_contact_ids", base.ids)
                json.member("report_changes", true)
            },
            then: { [weak self] reply in
                question.endWork()
                open.end(question)
                self?.replaced(open, base, by: wanted, reply)
            })
        question.belong(to: call) { [weak question] in open.end(question) }
    }

    private func cantAsk(_ open: OpenAttendees, _ offer: AttendeesOffer) {
        open.make(offer)
        server?.tell(
            .warning, "This editor can't show the question. The code action \"\(offer.title)\" answers it with a yes.")
        server?.refresh()
    }

    /// A person has chosen the code action whose title is the question.
    func accept(_ token: String, _ open: OpenAttendees, _ document: TextDocument) {
        guard let server, let base = open.base, open.question == nil else { return }
        guard let offer = open.offer, offer.token == token, document.text.elementsEqual(offer.text) else {
            return server.tell(.warning, "The document was changed since, so nothing was replaced. Save it again.")
        }
        ask(open, base, for: offer.wanted, in: offer.text, granted: offer.subject)
    }

    private func replaced(_ open: OpenAttendees, _ base: AttendeesBase, by wanted: [String], _ reply: CallReply) {
        switch reply {
        case .result(let result):
            tell(result.member("changes"), base)
            open.adopt(base.with(wanted) { Attendee(id: $0) })
            keep(open)
            bringUpToDate(open)
        case .failure(let failure) where failure.kind == .preconditionFailed: becameStale(open)
        case .failure(let failure) where failure.kind == .declined || failure.kind == .cancelled: break
        case .failure(let failure):
            server?.tell(.error, "\(base.name): \(failure.sentence)")
        }
        server?.refresh()
    }

    private func tell(_ changes: JSONSlice?, _ base: AttendeesBase) {
        let (dropped, added) = Self.counts(in: changes)
        let sentence = "\(base.name): dropped \(dropped), added \(added)."
        guard changes?.member("verified")?.bool == true else {
            server?.tell(.warning, sentence + " What was read back is not that; look at the engagement.")
            return
        }
        server?.tell(.info, sentence)
    }

    /// How many people the `changes` of a write dropped and added.
    static func counts(in changes: JSONSlice?) -> (dropped: Int, added: Int) {
        func count(_ name: StaticString) -> Int {
            changes?.member(name)?.elements.reduce(0) { count, _ in count + 1 } ?? 0
        }
        return (count("removed"), count("added"))
    }

    /// Reads what is there after a write, and has the editor show it.
    private func bringUpToDate(_ open: OpenAttendees) {
        read(open.id, isWanted: { open.isOpen }) { [weak self] result in
            guard let self, open.isOpen, case .success(let now) = result, let base = open.base else { return }
            if Set(now.ids) == Set(base.ids) {
                open.adopt(now)
                keep(open)
                // What somebody has typed since is theirs.
                if let document = server?.documents[open.uri], Self.says(AttendeesText(document), now) {
                    apply(now, open, document)
                }
            } else {
                open.note(newer: now)
            }
            server?.refresh()
        }
    }

    // MARK: What somebody else has changed

    private func becameStale(_ open: OpenAttendees) {
        read(open.id, isWanted: { open.isOpen }) { [weak self] result in
            guard let self, open.isOpen else { return }
            switch result {
            case .failure(let failure): server?.tell(.error, failure.sentence)
            case .success(let now):
                open.note(newer: now)
                askReload(open)
                server?.refresh()
            }
        }
    }

    /// Asks whether the document is to say what is there now.
    func askReload(_ open: OpenAttendees) {
        guard let server, let newer = open.newer, let base = open.base,
            open.reloadAskedUntil <= server.surroundings.seconds
        else { return }
        open.askReload(until: server.surroundings.seconds + 300)
        let left = base.people.filter { !newer.ids.contains($0.id) }.map(\.title)
        let came = newer.people.filter { !base.ids.contains($0.id) }.map(\.title)
        func list(_ title: String, _ names: [String]) -> [String] {
            if names.isEmpty { return [] }
            let more = names.count > 20 ? " and \(names.count - 20) more" : ""
            return ["\(title): " + names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ") + more + "."]
        }
        let lines =
            ["Somebody else changed who is listed on \"\(newer.name)\" (\(newer.id.text)). Nothing was written."]
            + list("Not there any more", left) + list("New", came)
            + ["Reload the document? What was changed in it and not sent is lost."]
        server.requests.send("window/showMessageRequest") { json in
            AttendeesQuestion.write(lines.joined(separator: "\n"), yes: "Reload", server, to: &json)
        } then: { [weak self] answer in
            open.askReload(until: 0)
            guard open.isOpen else { return }
            if case .refused = answer {
                let text =
                    "Somebody else changed \(newer.name). The code action \"\(Self.reloadTitle)\" mends the document."
                return server.tell(.warning, text)
            }
            if answer.chooses("Reload") { self?.reload(open) }
        }
    }

    static let reloadTitle = "Reload: others are listed now"

    /// Has the editor make the document say what is there now. What counts is the change that comes back.
    func reload(_ open: OpenAttendees) {
        guard let server, let newer = open.newer, let document = server.documents[open.uri] else { return }
        if Self.says(AttendeesText(document), newer) {
            open.adopt(newer)
            keep(open)
            return server.refresh()
        }
        apply(newer, open, document)
    }

    /// The small changes after which a document lists the people of `base`.
    func edits(_ document: TextDocument, _ base: AttendeesBase) -> [(range: Range<Int>, text: String)] {
        AttendeesEdits(document, AttendeesText(document), to: base) { [weak self] person in
            if let id = base.id(of: person) { return id }
            guard case .address(let address) = person, case .found(let id) = self?.server?.addresses.finding(address)
            else { return nil }
            return id
        }.edits
    }

    private func apply(_ base: AttendeesBase, _ open: OpenAttendees, _ document: TextDocument) {
        guard let server else { return }
        let edits = edits(document, base)
        if edits.isEmpty { return }
        let advice = "\(base.name): the editor could not change the document; "
        guard server.client.appliesEdits else {
            if open.newer != nil { server.tell(.warning, advice + "choose the code action \"\(Self.reloadTitle)\".") }
            return
        }
        server.requests.send("workspace/applyEdit") { json in
            // Without a label: some clients show that, and have the person press Enter.
            json.name("edit")
            json.workspaceEdit(document, edits, server)
        } then: { answer in
            if case .result(let result?) = answer, result.member("applied")?.bool == true { return }
            // It may have been applied all the same.
            guard open.isOpen, open.newer != nil else { return }
            server.tell(.warning, advice + "choose the code action \"\(Self.reloadTitle)\".")
        }
    }
}
