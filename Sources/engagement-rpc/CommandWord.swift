import EngagementAPI

/// The commands: dispatch, help, completions and man page work from this list.
enum CommandWord: String, CaseIterable {
    case serve, call, doctor, schema, completions, man

    /// How it is written, without the program's name and the flags that all take.
    var usage: String {
        switch self {
        case .serve: "[serve]"
        case .call: "call METHOD [PARAMS]"
        case .doctor: "doctor"
        case .schema: "schema [\(words.joined(separator: "|"))]"
        case .completions: "completions \(words.joined(separator: "|"))"
        case .man: "man"
        }
    }

    var summary: String {
        switch self {
        case .serve: "read requests, write answers, until end of input"
        case .call: "make one call and print its result; - reads PARAMS from stdin; exit 0 or 1"
        case .doctor: "check token, network, TLS, API version and clock; exit 0 or 1"
        case .schema: "print the OpenRPC document, or the MCP tools, as the flags shape them"
        case .completions: "print completions for a shell"
        case .man: "print the man page, as roff"
        }
    }

    /// What may follow it, where that is a closed list.
    var words: [String] {
        switch self {
        case .schema: ["openrpc", "mcp"]
        case .completions: Completions.Shell.allCases.map(\.rawValue)
        case .serve, .call, .doctor, .man: []
        }
    }
}
