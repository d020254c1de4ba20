/// One member of an object: its name and value.
public struct JSONMember {
    /// The name, quotes included.
    public let name: JSONSlice
    /// The value.
    public let value: JSONSlice
}
