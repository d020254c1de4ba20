/// What is wrong in a document, as far as is known now.
struct Diagnosis {
    private(set) var faults: [EditorDiagnostic] = []
    /// The ids that were not looked up yet.
    private(set) var unknown: Set<ResourceID> = []

    /// Whether something else is being looked up.
    private(set) var isPending = false

    /// Whether nothing more will be known soon.
    var isWhole: Bool { unknown.isEmpty && !isPending }

    /// Ids of a document that are looked up for this, at most.
    private static let limit = 500

    init(_ document: TextDocument, _ server: LanguageServer) {
        guard server.isOn(.diagnostics) else { return }
        let experts = server.experts.filter { $0.knows(document) }
        for found in IDFinder.ids(in: document.text, 0..<document.text.count, limit: Self.limit)
        where !document.isBeingTyped(found.range) {
            switch server.surroundings.state(of: found.id, .whenever) {
            case .missing:
                let text = "There is no \(found.id.kind.word) \(found.id.text) that this token may see."
                let isRefused = experts.contains { $0.needs(found, in: document) }
                let severity: EditorDiagnostic.Severity = isRefused ? .error : .warning
                faults.append(EditorDiagnostic(found.range, severity, code: "not_found", text))
            case nil: unknown.insert(found.id)
            case .known, .failed: break
            }
        }
        for expert in experts {
            faults += expert.faults(in: document)
            isPending = isPending || expert.isPending(document)
        }
    }
}
