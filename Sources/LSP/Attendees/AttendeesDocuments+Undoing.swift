import JSON
import JSONRPC

extension AttendeesDocuments {
    /// Asks whether to put back who was there before the last replacement.
    func proposeUndo(_ id: ResourceID) { undo(id, granted: nil) }

    /// A person has chosen the code action whose title is the question.
    func acceptUndo(_ id: ResourceID, token: String) {
        guard let offer = undoOffer(of: id), offer.token == token else {
            server?.tell(.warning, "That action was good once, so nothing was undone. Press Undo again.")
            return
        }
        undo(id, granted: offer.subject)
    }

    private func undo(_ id: ResourceID, granted: [UInt8]?) {
        guard let server, server.surroundings.offers(Self.undoingMethod) else { return }
        let documents = open(of: id)
        if documents.contains(where: { $0.question != nil }) || isUndoing(id) { return }
        let question = AttendeesQuestion("Undo", server, about: nil) { [weak self] question in
            self?.cantAsk(id, AttendeesOffer("Undo", question))
        }
        if granted != nil { question.beginWork() }
        let call = server.surroundings.write(
            Self.undoingMethod, asking: question, granted: granted, { $0.member("engagement_id", id.text) },
            then: { [weak self] reply in
                question.endWork()
                self?.endUndo(id, question)
                self?.undone(id, reply)
            })
        for open in documents { open.begin(question, about: open.askedAbout) }
        beginUndo(id, question)
        question.belong(to: call) { [weak self, unowned question] in self?.endUndo(id, question) }
    }

    private func cantAsk(_ id: ResourceID, _ offer: AttendeesOffer) {
        make(offer, toUndo: id)
        let place = "The code action \"\(offer.title)\" of the attendees document answers it with a yes."
        server?.tell(.warning, "This editor can't show the question. \(place)")
        server?.refresh()
    }

    private func undone(_ id: ResourceID, _ reply: CallReply) {
        switch reply {
        case .result(let result):
            let (dropped, added) = Self.counts(in: result.member("changes"))
            if (dropped, added) == (0, 0) {
                server?.tell(.info, "\(id.text): nothing to undo, it is undone already.")
            } else {
                server?.tell(.info, "\(id.text): undone, dropped \(dropped), added \(added).")
            }
            for open in open(of: id) { showUndone(open) }
        case .failure(let failure) where failure.kind == .declined || failure.kind == .cancelled: break
        case .failure(let failure): server?.tell(.error, "\(id.text): \(failure.sentence)")
        }
    }

    /// A document without changes of its own follows the undo; another one is to be reloaded.
    private func showUndone(_ open: OpenAttendees) {
        read(open.id, isWanted: { open.isOpen }) { [weak self] result in
            guard let self, let server, open.isOpen, case .success(let now) = result,
                let document = server.documents[open.uri]
            else { return }
            let isUnchanged = open.base.map { Self.says(AttendeesText(document), $0) } ?? true
            open.note(newer: now)
            if isUnchanged { reload(open) } else { askReload(open) }
            server.refresh()
        }
    }
}
