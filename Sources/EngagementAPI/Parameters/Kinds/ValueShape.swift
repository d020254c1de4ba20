/// The JSON that a value is. A shell's words and a model's arguments are read by it, before the kind checks them.
package enum ValueShape: Sendable {
    case text
    case id(prefix: String)
    case integer
    case flag
    /// An array of words, none of which has a comma in it.
    case words
    case ids(prefix: String)
    case list(of: any ParameterKind)
    /// An object with these members; with none where its members are not known.
    case object([Parameter.Member])
    case any
}
