/// The types of what the process answers about itself, which is a result without `data` and `meta`.
extension ResultType {
    /// The type of the result of a method that needs no API; nil for other methods, and where it is `null`.
    static func ofProcess(_ method: Method) -> ResultType? {
        guard case .local(let local) = method.action else { return nil }
        switch local {
        case .discover: return document
        case .ping: return nothing
        case .info: return info
        case .shutdown, .exit, .cancel: return nil
        }
    }

    private static let nothing = ResultType("Nothing", "An empty object.", isOwn: true, [])

    private static let document = ResultType(
        "Document", "An OpenRPC document.", isOwn: true,
        [
            Member("openrpc", .text, isRequired: true, "The version of OpenRPC."),
            Member("info", .anything, isRequired: true), Member("methods", .list(of: .anything), isRequired: true),
            Member("components", .anything, isRequired: true, "The types of the answers, under schemas."),
        ])

    private static let info = ResultType(
        "ServiceInfo", "This process.", isOwn: true,
        [
            Member("name", .text, isRequired: true), Member("version", .text, isRequired: true),
            Member("base_url", .link, isRequired: true),
            Member("sandbox", .flag, isRequired: true, "Whether the API is the embedded one."),
            Member("methods", .list(of: .text), isRequired: true, "Their names."),
            Member("limits", .map(of: .number), isRequired: true),
            Member("counters", .map(of: .integer), isRequired: true, "Since the process began."),
        ])
}
