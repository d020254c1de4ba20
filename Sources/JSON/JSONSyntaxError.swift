/// Where and why bytes are not a JSON text (RFC 8259).
public struct JSONSyntaxError: Error, Equatable {
    /// Position of the first wrong byte, from 0.
    public let offset: Int
    /// The fault, as the end of a sentence.
    public let reason: Reason

    /// The reasons, worded to follow "byte 17: ".
    public enum Reason: String, Sendable {
        case end = "the text ends too early"
        case value = "a value was expected"
        case name = "a name in double quotes was expected"
        case colon = "a colon was expected"
        case comma = "a comma or the closing bracket was expected"
        case trailing = "the text goes on after its value"
        case control = "a raw control character in a string"
        case escape = "not a valid escape"
        case utf8 = "not valid UTF-8"
        case number = "not a valid number"
        case depth = "nested deeper than the limit"
    }
}
