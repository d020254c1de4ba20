import Bytes
import JSON

/// A transcript that came with an engagement, as it was given.
struct GivenTimeline: Sendable {
    private let speakers: [JSONInput]
    private let entries: [JSONInput]

    /// Reads `value`; nil, with the faults told to `body`, if it is no timeline.
    init?(_ value: JSONInput, at field: String, _ body: inout BodyReader) {
        guard let speakers = value["speakers"]?.array, let entries = value["entries"]?.array else {
            let name = value["speakers"]?.array == nil ? "speakers" : "entries"
            body.refuse("\(field).\(name)", value[name] == nil ? "required" : "invalid_type", "Give a list.")
            return nil
        }
        (self.speakers, self.entries) = (speakers, entries)
        let faults = body.errors.count
        for (place, speaker) in speakers.enumerated() where body.errors.count < Problem.errorLimit {
            if !speaker.isObject {
                body.refuse("\(field).speakers[\(place)]", "invalid_type", "This is not an object.")
            }
        }
        for (place, entry) in entries.enumerated() where body.errors.count < Problem.errorLimit {
            guard let index = entry["speaker_index"]?.integer, speakers.indices.contains(index) else {
                let given = entry["speaker_index"] == nil ? "required" : "invalid_range"
                body.refuse("\(field).entries[\(place)].speaker_index", given, "Give the place of a speaker.")
                continue
            }
        }
        if body.errors.count > faults { return nil }
    }

    /// Writes the members that a timeline has of it.
    func writeMembers(to json: inout JSONWriter) {
        json.name("speakers")
        JSONInput.array(speakers).write(to: &json)
        json.name("entries")
        JSONInput.array(entries).write(to: &json)
    }

    /// The same as text: a line an entry, with its time if it has one.
    var text: String {
        var text = ""
        for entry in entries {
            if let seconds = entry["start_seconds"]?.wholeSeconds { text += "[\(seconds)s] " }
            let index = entry["speaker_index"]?.integer ?? 0
            text += speakers[index]["name"]?.string ?? "Speaker \(index + 1)"
            text += ": \(entry["text"]?.string ?? "")\n"
        }
        return text
    }
}

extension JSONInput {
    fileprivate var wholeSeconds: Int? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int(exactly: number.rounded(.down))
        default: nil
        }
    }
}
