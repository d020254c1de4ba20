import JSON

/// `engagementRpc.openAttendees` [id]: makes the attendees document of an engagement, answers {uri}, and has the client
/// show it where it can.
enum OpenAttendeesCommand: EditorCommand {
    static let name = "engagementRpc.openAttendees"

    static func isOffered(_ server: LanguageServer) -> Bool {
        server.isOn(.attendees) && server.surroundings.offers(RecordKind.engagement.getter)
    }

    static func run(
        _ arguments: JSONSlice?, _ asked: AskedRequest, _ server: LanguageServer
    ) throws(EditorRefusal) -> EditorReply {
        let id = try engagementID(in: arguments)
        guard let attendees = server.attendees else { return .null }
        let answer = server.owed.add(asked.id, substitute: "null")
        let work = server.work.begin(
            "Attendees of \(id.text)", token: asked.params?.member("workDoneToken"), server.client)
        attendees.file(of: id) { [weak server] result in
            server?.work.end(work)
            guard case .success(let uri) = result else {
                answer.send { $0.append("null") }
                if case .failure(let failure) = result { server?.tell(.error, "\(id.text): \(failure.sentence)") }
                return
            }
            answer.send { out in
                var json = JSONWriter(out)
                json.beginObject()
                json.member("uri", uri)
                json.endObject()
            }
            server?.show(uri)
        }
        return .owed
    }
}
