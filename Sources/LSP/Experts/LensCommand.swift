import JSON

/// A command of ours, as an action or a lens names it.
package struct LensCommand {
    /// What the person reads.
    package let title: String
    /// Its name; empty for a lens that only says something.
    package let name: String
    /// Its arguments.
    package let arguments: [String]

    /// The command `name` with these arguments.
    package init(_ title: String, _ name: String, _ arguments: [String]) {
        self.title = title
        self.name = name
        self.arguments = arguments
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("title", title.printable)
        json.member("command", name)
        if !arguments.isEmpty { json.member("arguments", arguments) }
        json.endObject()
    }
}
