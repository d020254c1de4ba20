/// The value of a log field.
public enum LogValue {
    /// Text; escaped and cut when written.
    case text(String)
    /// A whole number.
    case number(Int)
}
