import Bytes
import JSON
import JSONRPC

extension Server {
    func appendSkills(_ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name("skills")
            json.beginArray()
            for skill in self.skills { skill.write(to: &json) }
            json.endArray()
        }
    }

    /// The skill that `skills/get` names.
    func skill(_ params: JSONSlice?) throws(Refusal) -> Skill {
        guard let uri = params?.member("uri")?.string else {
            throw Refusal("uri", "required", "skills/get needs the uri of a skill's SKILL.md.")
        }
        guard let skill = skills.first(where: { $0.uri == uri }) else {
            throw Refusal("uri", "unknown_skill", "There is no skill \(uri.quoted); skills/list names all.")
        }
        return skill
    }

    func append(_ skill: Skill, _ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name("skill")
            skill.write(to: &json)
        }
    }

    /// The file of a skill that `resources/read` asks for; nil when it asks for something else.
    func skillFile(_ params: JSONSlice?) -> Skill.File? {
        guard let uri = params?.member("uri")?.string, uri.hasPrefix("skill:") else { return nil }
        return skills.lazy.flatMap(\.files).first { $0.uri == uri }
    }

    func append(_ file: Skill.File, _ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name("contents")
            json.beginArray()
            json.beginObject()
            json.member("uri", file.uri)
            json.member("mimeType", file.type)
            json.member("text", file.text)
            json.endObject()
            json.endArray()
        }
    }
}
