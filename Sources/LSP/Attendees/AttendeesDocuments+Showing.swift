extension AttendeesDocuments {
    package func faults(in document: TextDocument) -> [EditorDiagnostic] {
        guard let server, let open = self[document.uri] else { return [] }
        let text = AttendeesText(document)
        var faults = text.faults.filter { !document.isBeingTyped($0.range) }.map {
            EditorDiagnostic($0.range, .error, code: "invalid_value", $0.advice)
        }
        guard let base = open.base else { return faults }
        let change = AttendeesChange(text, base, server)
        for trouble in change.troubles where !document.isBeingTyped(trouble.entry.range) {
            // Of ids that are not there every document tells.
            if trouble.code == "not_found", case .id = trouble.entry.person { continue }
            let severity: EditorDiagnostic.Severity =
                ["duplicate", "unread"].contains(trouble.code) ? .warning : .error
            faults.append(EditorDiagnostic(trouble.entry.range, severity, code: trouble.code, trouble.message))
        }
        let head = document.content(of: 0)
        for objection in change.objections {
            let range = objection.line.map { document.content(of: $0) } ?? head
            faults.append(EditorDiagnostic(range, .error, code: objection.code, objection.message))
        }
        if open.newer != nil {
            let message = "Somebody else changed who is listed. Reload the document."
            faults.append(EditorDiagnostic(head, .warning, code: "precondition_failed", message))
        }
        if open.isUnsent, !change.isNone {
            let message = "These attendees were saved here, not sent. Press Replace, or save again."
            faults.append(EditorDiagnostic(head, .warning, code: "not_sent", message))
        }
        return faults.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    package func needs(_ found: FoundID, in document: TextDocument) -> Bool {
        let line = document.content(of: document.line(at: found.range.lowerBound))
        return !AttendeesText.isComment(document.text.slice(line.lowerBound, line.upperBound))
    }

    package func isPending(_ document: TextDocument) -> Bool {
        guard let server, let open = self[document.uri] else { return false }
        return open.base.map { AttendeesChange(AttendeesText(document), $0, server).isPending } ?? true
    }

    package func lenses(of document: TextDocument) -> [EditorLens] {
        guard let open = self[document.uri] else { return [] }
        return commands(open, document).map { EditorLens(document.content(of: 0), $0) }
    }

    private func commands(_ open: OpenAttendees, _ document: TextDocument) -> [LensCommand] {
        guard let server else { return [] }
        var commands: [LensCommand] = []
        if server.surroundings.offers(Self.replacing) {
            func add(_ title: String) {
                commands.append(LensCommand(title, ReplaceContactsCommand.name, [document.uri]))
            }
            let text = AttendeesText(document)
            if open.newer != nil {
                add(Self.reloadTitle)
            } else if let base = open.base {
                let change = AttendeesChange(text, base, server)
                let count = text.faults.count + change.obstacleCount
                if count > 0 {
                    add("Replace: mend \(count) \(count == 1 ? "fault" : "faults") first")
                } else if change.isNone {
                    add("No change")
                } else {
                    if open.isUnsent { add("saved here, not sent") }
                    add("Replace: drops \(change.dropped.count), adds \(change.addedCount)")
                }
            }
        }
        // Whether there is anything to undo is not looked up: another process may add to the journal at any time.
        if server.surroundings.offers(Self.undoingMethod) {
            commands.append(LensCommand("Undo the last replacement", UndoCommand.name, [open.id.text]))
        }
        return commands
    }

    package func actions(in document: TextDocument, _ range: Range<Int>) -> [EditorAction] {
        guard let server, let open = self[document.uri] else { return [] }
        var actions: [EditorAction] = []
        if let base = open.base {
            let text = AttendeesText(document)
            let change = AttendeesChange(text, base, server)
            for trouble in change.troubles where Self.touch(trouble.entry.range, range) {
                actions += fixes(of: trouble, isAlone: text.isAlone(trouble.entry), document)
            }
        }
        if let offer = open.offer, document.text.elementsEqual(offer.text), open.question == nil {
            let command = LensCommand(offer.title, ReplaceContactsCommand.name, [document.uri, offer.token])
            actions.append(EditorAction(offer.title, kind: "quickfix", command: command))
        }
        if let offer = undoOffer(of: open.id), open.question == nil, server.surroundings.offers(Self.undoingMethod) {
            let command = LensCommand(offer.title, UndoCommand.name, [open.id.text, offer.token])
            actions.append(EditorAction(offer.title, kind: "quickfix", command: command))
        }
        for command in commands(open, document) where open.newer == nil || command.title != Self.reloadTitle {
            actions.append(EditorAction(command.title, kind: "refactor", command: command))
        }
        if let newer = open.newer {
            actions.append(EditorAction(Self.reloadTitle, kind: "quickfix", edits: edits(document, newer)))
        }
        return actions
    }

    /// The changes that mend an entry, as far as one is sure. Others on its line stay.
    private func fixes(
        of trouble: AttendeesChange.Trouble, isAlone: Bool, _ document: TextDocument
    ) -> [EditorAction] {
        let (entry, candidates) = (trouble.entry, trouble.candidates)
        switch trouble.code {
        case "ambiguous" where isAlone:
            return EditorAction.choices(of: candidates, at: document.content(of: entry.line), \.line)
        case "ambiguous": return EditorAction.choices(of: candidates, at: entry.range, \.id)
        case "duplicate" where isAlone:
            let line = AttendeesEdits.removal(of: entry.line, from: document)
            return [EditorAction("Take this line out", kind: "quickfix", edits: [(line, "")])]
        default: return []
        }
    }

    static func touch(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        one.lowerBound <= other.upperBound && other.lowerBound <= one.upperBound
    }
}
