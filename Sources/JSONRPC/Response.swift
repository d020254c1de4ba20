import JSON

/// The host's answer to a request of this process, or to none. Borrowed.
public struct Response {
    /// The id as spelled; nil when it is absent.
    public let id: JSONSlice?
    /// The result; nil for an error.
    public let result: JSONSlice?
    /// Why there is no result.
    public let error: JSONSlice?
    /// Whether a member occurs twice, so the response is ambiguous.
    public let isAmbiguous: Bool
}
