import JSON

/// A request or notification, borrowed from its line.
public struct Request {
    /// The id as spelled; nil for a notification.
    public let id: JSONSlice?
    /// The method's name, a string.
    public let method: JSONSlice
    /// An object or array; nil when absent or `null`.
    public let params: JSONSlice?
}
