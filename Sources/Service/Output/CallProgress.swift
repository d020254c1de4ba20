/// How far a call of many requests is.
struct CallProgress {
    let items: Int
    let pages: Int
}
