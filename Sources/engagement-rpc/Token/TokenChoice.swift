/// The source that the settings choose, and its name for people.
struct TokenChoice {
    let source: any TokenSource
    let origin: String

    /// The flags that name a source, and the making of each; nil when no descriptors are left for it.
    private static let flags:
        [(name: String, make: @Sendable (Options, @escaping (String) -> Void) -> (any TokenSource)?)] = [
            ("--token-file", { options, warn in options.tokenFile.map { FileToken($0, warn: warn) } }),
            ("--token-command", { options, warn in options.tokenCommand.flatMap { CommandToken($0, warn: warn) } }),
        ]

    /// A token known from the start.
    init(_ token: String?, origin: String) { (source, self.origin) = (EnvironmentToken(token), origin) }

    /// A flag overrides the environment's token, which overrides other variables. Throws when two flags are given.
    init(_ options: Options, token: String?, warn: @escaping (String) -> Void) throws(Failure) {
        let given = Self.flags.filter { options.origins[$0.name] == "flag" }
        guard given.count < 2 else {
            let names = given.map(\.name).joined(separator: " and ")
            throw Failure(sentence: "\(names) are both given; the token has one place.")
        }
        let chosen = given.first ?? (token == nil ? Self.flags.first { options.origins[$0.name] != nil } : nil)
        guard let chosen else {
            (source, origin) = (EnvironmentToken(token), Setting.tokenVariable)
            return
        }
        guard let made = chosen.make(options, warn) else {
            throw Failure(sentence: "There are no descriptors for the token command.", code: Failure.systemError)
        }
        source = made
        origin = options.origins[chosen.name].flatMap { $0 == "flag" ? nil : $0 } ?? chosen.name
    }
}
