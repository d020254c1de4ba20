/// The effect on the API of a request that arrives twice.
public enum Repeatability: CaseIterable, Sendable {
    /// GET: nothing.
    case read
    /// PUT of the full set, DELETE: the second changes nothing more.
    case replace
    /// POST with an `external_id`: the second finds the first one's object.
    case create
    /// PATCH and any other POST: it may make the change twice.
    case once

    /// Whether the request may be sent again although the API may have carried it out.
    public var mayRepeat: Bool { self != .once }
}
