import JSON

/// `textDocument/diagnostic`: what is wrong in a document. What is not known yet is looked up, and the client is asked
/// to ask again; one that can't be asked that waits a moment instead.
enum DiagnosticRequest: EditorRequest {
    static let method: StaticString = "textDocument/diagnostic"
    static let feature: Feature? = .diagnostics
    static let nothing: StaticString = #"{"kind":"full","items":[]}"#

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        guard server.client.pullsDiagnostics else { return }
        json.name("diagnosticProvider")
        json.beginObject()
        json.member("identifier", "engagement-rpc")
        json.member("interFileDependencies", false)
        json.member("workspaceDiagnostics", false)
        json.endObject()
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let uri = try asked.uri()
        guard let document = server.documents[uri] else { return .result { $0.append(nothing) } }
        let diagnosis = Diagnosis(document, server)
        if diagnosis.isWhole || server.client.refreshesDiagnostics {
            return .json { write(diagnosis, document, server, to: &$0) }
        }
        let answer = server.owed.add(asked.id, substitute: nothing)
        let isSettled = { server.documents[uri].map { !Diagnosis($0, server).isPending } ?? true }
        server.waits.wait(for: diagnosis.unknown, seconds: LanguageServer.patience, isSettled: isSettled) {
            answer.send { out in
                guard let document = server.documents[uri] else { return out.append(nothing) }
                var json = JSONWriter(out)
                write(Diagnosis(document, server), document, server, to: &json)
            }
        }
        return .owed
    }

    private static func write(
        _ diagnosis: Diagnosis, _ document: TextDocument, _ server: LanguageServer, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("kind", "full")
        json.name("items")
        json.beginArray()
        for fault in diagnosis.faults { fault.write(document, server.encoding, to: &json) }
        json.endArray()
        json.endObject()
    }
}
