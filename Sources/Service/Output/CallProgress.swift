/// How far a list walk is.
struct CallProgress {
    let items: Int
    let pages: Int
}
