/// A question that the client could not show. A code action has it as its title, and choosing that is the yes.
struct AttendeesOffer {
    let title: String
    /// Names it, so that it is good once.
    let token: String
    /// What a yes covers.
    let subject: [UInt8]
    /// The text that it was made from, and those whom it would leave there; empty where it is about no document.
    let text: [UInt8]
    let wanted: [String]

    /// Makes an offer of the lines of a question: `Replace now: drop Bob, add Ada`.
    init(_ verb: String, _ question: EditorQuestion, text: [UInt8] = [], wanted: [String] = []) {
        var (dropped, added, isAdded) = ([String](), [String](), false)
        for line in question.text.split(separator: "\n") {
            if line.hasPrefix("Dropped") { isAdded = false }
            if line.hasPrefix("Added") { isAdded = true }
            guard line.hasPrefix("  ") else { continue }
            if isAdded { added.append(Self.name(line)) } else { dropped.append(Self.name(line)) }
        }
        func list(_ verb: String, _ names: [String]) -> String? {
            names.isEmpty ? nil : "\(verb) " + names.joined(separator: ", ")
        }
        let parts = [list("drop", dropped), list("add", added)].compactMap(\.self)
        title = ("\(verb) now: " + parts.joined(separator: ", ")).broken
        // Nobody can guess it, and it says nothing.
        token = String(UInt64.random(in: .min ... .max), radix: 36)
        (subject, self.text, self.wanted) = (question.subject, text, wanted)
    }

    /// The name in a line such as `"Ada" (cnt_…)`; the line itself where a name alone could be taken for other words.
    private static func name(_ line: Substring) -> String {
        let text = line.drop { $0 == " " }
        let name = text.dropFirst().prefix { $0 != "\"" }
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || " .-'’".unicodeScalars.contains($0)
        }
        return text.hasPrefix("\"") && !name.isEmpty && isPlain ? String(name) : String(text)
    }
}
