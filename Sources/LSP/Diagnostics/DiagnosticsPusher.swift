import Bytes
import JSON

/// Sends diagnostics to clients that don't ask for them: half a second after the last change, and again when more is
/// known. The same ones are not sent twice.
final class DiagnosticsPusher {
    /// What was sent last, by document.
    private var sent: [[UInt8]: [UInt8]] = [:]
    private static let delay = 0.5

    func take(_ event: DocumentEvent, _ document: TextDocument, _ server: LanguageServer) {
        if server.client.pullsDiagnostics { return }
        guard event != .closed else {
            server.surroundings.cancel(.diagnostics(uri: document.uri))
            if sent.removeValue(forKey: Array(document.uri.utf8)) != nil { send([], about: document.uri, nil, server) }
            return
        }
        server.surroundings.wake(.diagnostics(uri: document.uri), in: Self.delay)
    }

    /// Sends what is known now of each document.
    func pushAll(_ server: LanguageServer) {
        if server.client.pullsDiagnostics { return }
        for document in server.documents.all { push(document.uri, server) }
    }

    func push(_ uri: String, _ server: LanguageServer) {
        guard let document = server.documents[uri], !server.client.pullsDiagnostics else { return }
        let faults = Diagnosis(document, server).faults
        let list = ByteBuffer()
        var json = JSONWriter(list)
        json.beginArray()
        for fault in faults { fault.write(document, server.encoding, to: &json) }
        json.endArray()
        let (key, text) = (Array(uri.utf8), Array(list.bytes))
        guard sent[key] != text, !(faults.isEmpty && sent[key] == nil) else { return }
        sent[key] = faults.isEmpty ? nil : text
        send(text, about: uri, document.version, server)
    }

    private func send(_ list: [UInt8], about uri: String, _ version: Int?, _ server: LanguageServer) {
        server.surroundings.send { frame in
            var json = JSONWriter(frame)
            json.notification("textDocument/publishDiagnostics") { json in
                json.member("uri", uri)
                if let version, server.client.versionsDiagnostics { json.member("version", version) }
                json.name("diagnostics")
                list.isEmpty ? json.raw(Bytes("[]")) : list.withUnsafeBytes { json.raw($0) }
            }
        }
    }
}
