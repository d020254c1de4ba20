/// The changeable facts of a tag.
struct TagFacts: Sendable {
    var name: String
    var description: String?
    var color: String?
    var isAutomatic = false
}
