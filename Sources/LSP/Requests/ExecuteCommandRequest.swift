import JSON
import JSONRPC

/// `workspace/executeCommand`: answered at once. Nobody who has pressed something waits for a person.
enum ExecuteCommandRequest: EditorRequest {
    static let method: StaticString = "workspace/executeCommand"
    static let feature: Feature? = nil

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        let names = LanguageServer.commands.filter { $0.isOffered(server) }.map { $0.name }
        guard !names.isEmpty else { return }
        json.name("executeCommandProvider")
        json.beginObject()
        json.member("commands", names)
        json.member("workDoneProgress", true)
        json.endObject()
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        guard let name = asked.params?.member("command")?.string else {
            throw .params("workspace/executeCommand needs a command.")
        }
        guard let command = LanguageServer.commands.first(where: { $0.name == name }), command.isOffered(server) else {
            throw .params("There is no command \(name.quoted) here.")
        }
        return try command.run(asked.params?.member("arguments"), asked, server)
    }
}
