/// A contact that goes, and the one that takes its place.
struct MergePair {
    /// The line of the table.
    let line: Int
    let duplicate: String
    let into: String
}
