/// Everything that is wrong with a seed, each with its place in the file.
package struct SeedFaults: Error, Equatable, Sendable {
    /// Faults that are told, at most.
    package static let limit = 100

    /// Each begins with its place: `engagements[1].id: is missing.`
    package private(set) var sentences: [String] = []
    /// How many more there are.
    package private(set) var further = 0

    var isEmpty: Bool { sentences.isEmpty }

    init() {}

    init(of place: String, _ text: String) { add(place, text) }

    mutating func add(_ place: String, _ text: String) {
        if sentences.count < Self.limit { sentences.append("\(place): \(text)") } else { further += 1 }
    }

    mutating func add(_ others: SeedFaults) {
        for sentence in others.sentences {
            if sentences.count < Self.limit { sentences.append(sentence) } else { further += 1 }
        }
        further += others.further
    }
}
