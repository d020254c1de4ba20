import JSON

/// A skill (extension `io.modelcontextprotocol/skills`): a folder of `schema/skills` that tells a model how to do a
/// task with the tools. Its files are resources.
struct Skill {
    /// A file of a skill, unchanged.
    struct File {
        /// Its path in `schema/skills`: `find-people/SKILL.md`.
        let path: String
        /// The SHA-256 of its bytes, in hexadecimal digits.
        let digest: String
        let text: String

        var uri: String { "skill://\(path)" }
        var type: String { path.hasSuffix(".md") ? "text/markdown" : "text/plain" }
    }

    static let extensionName = "io.modelcontextprotocol/skills"
    /// All skills, ordered by name.
    static let all: [Skill] = {
        let folders = Dictionary(grouping: SkillFiles.all) { $0.path.prefix { $0 != "/" } }
        return folders.sorted { $0.key < $1.key }.compactMap { Skill(folder: String($0.key), $0.value) }
    }()

    /// The URI of its `SKILL.md`.
    let uri: String
    let files: [File]
    /// The front matter of `SKILL.md`, in its order.
    let frontmatter: [(name: String, value: String)]

    /// Nil for a folder without a `SKILL.md`.
    private init?(folder: String, _ files: [File]) {
        guard let main = files.first(where: { $0.path == "\(folder)/SKILL.md" }) else { return nil }
        uri = main.uri
        self.files = files
        // The front matter has only plain scalars, each on its line.
        let lines = main.text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        frontmatter = lines.prefix { $0 != "---" }.compactMap { line in
            line.firstIndex(of: ":").map { colon in
                (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
            }
        }
    }

    func value(_ name: String) -> String { frontmatter.first { $0.name == name }?.value ?? "" }

    /// The name in words: the skill's task.
    var title: String { value("name").split(separator: "-").joined(separator: " ") }

    /// The tools that it needs, as its `compatibility` lists them.
    var needs: [String] {
        value("compatibility").split { !($0.isLetter || $0 == "_") }.map(String.init).filter { $0.contains("_") }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("uri", uri)
        json.name("frontmatter")
        json.beginObject()
        for (name, value) in frontmatter { json.member(name, value) }
        json.endObject()
        json.name("resources")
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("uri", file.uri)
            json.member("digest", "sha256:\(file.digest)")
            json.member("size", file.text.utf8.count)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
