/// The JSON shape of a value. It guides the reading of a shell's words and a model's arguments, before the kind checks
/// them.
package enum ValueShape: Sendable {
    case text
    case id(prefix: String)
    case integer
    case flag
    /// An array of words without commas.
    case words
    case ids(prefix: String)
    case list(of: any ParameterKind)
    /// A list whose elements are known by their places, so that none may be left out.
    case places(of: any ParameterKind)
    /// An object with these members; empty if its members are unknown.
    case object([Parameter.Member])
    case any
}
