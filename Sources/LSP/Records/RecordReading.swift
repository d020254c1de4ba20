/// Reads a record for a person who waits for it, and the company that it belongs to.
enum RecordReading {
    /// The text about a record if all of it is known now.
    static func text(of id: ResourceID, _ server: LanguageServer, isMarkdown: Bool) -> String? {
        guard let state = server.surroundings.state(of: id, .awaited) else { return nil }
        var company: RecordFacts?
        if let owner = self.company(of: state, server) {
            guard let found = server.surroundings.state(of: owner, .awaited) else { return nil }
            if case .known(let facts) = found { company = facts }
        }
        return RecordText.text(id, state, company: company, isMarkdown: isMarkdown)
    }

    /// Gives the text about a record when it is known. Its company's name is waited for a moment only.
    static func read(
        _ id: ResourceID, _ server: LanguageServer, isMarkdown: Bool, then: @escaping (String) -> Void
    ) {
        if let text = text(of: id, server, isMarkdown: isMarkdown) { return then(text) }
        guard let state = server.surroundings.state(of: id, .awaited) else {
            server.waits.wait(for: [id], seconds: nil) { read(id, server, isMarkdown: isMarkdown, then: then) }
            return
        }
        guard let company = company(of: state, server) else { return }
        server.waits.wait(for: [company], seconds: LanguageServer.patience) {
            var facts: RecordFacts?
            if case .known(let found) = server.surroundings.state(of: company, .awaited) { facts = found }
            then(RecordText.text(id, state, company: facts, isMarkdown: isMarkdown))
        }
    }

    private static func company(of state: RecordState, _ server: LanguageServer) -> ResourceID? {
        guard case .known(let facts) = state, let company = facts.company,
            server.surroundings.offers(company.kind.getter)
        else { return nil }
        return company
    }
}
