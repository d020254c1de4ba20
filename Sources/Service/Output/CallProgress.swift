/// How far a call is.
enum CallProgress {
    /// A list walk has read this much.
    case list(items: Int, pages: Int)
    /// So many of the engagements of a merge are over.
    case merge(done: Int, total: Int)
    /// The engagement is not processed yet after so many looks. The next one follows in `pause` seconds.
    case processing(status: String, looks: Int, pause: Double)
}
