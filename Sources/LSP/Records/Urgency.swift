/// How soon a record is to be looked up.
package enum Urgency: Int {
    /// Nobody looks at it now.
    case whenever
    /// It is on the screen.
    case shown
    /// A person waits for it.
    case awaited
}
