/// Something to be done later. Setting it again moves it.
package enum Alarm: Hashable {
    /// Push the diagnostics of this document.
    case diagnostics(uri: String)
    /// Answer a request with what is known, because it has waited long enough.
    case wait(number: Int)
    /// Tell the client of work that lasts.
    case work(number: Int)
    /// Ask the client to show hints and diagnostics anew.
    case refresh
    /// Look up what was left out because the API had asked for a pause.
    case recheck
}
