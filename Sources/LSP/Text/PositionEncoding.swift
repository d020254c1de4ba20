/// What a session counts the characters of a line in.
package enum PositionEncoding: String {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
}
