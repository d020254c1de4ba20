/// The requests of all revisions of MCP.
enum RequestName: String, CaseIterable {
    case initialize
    case discover = "server/discover"
    case ping
    case setLevel = "logging/setLevel"
    case listTools = "tools/list"
    case callTool = "tools/call"
    case listResources = "resources/list"
    case listTemplates = "resources/templates/list"
    case readResource = "resources/read"
    case listPrompts = "prompts/list"
    case getPrompt = "prompts/get"
    case complete = "completion/complete"
    case listen = "subscriptions/listen"
    case listSkills = "skills/list"
    case getSkill = "skills/get"

    /// Whether the stateless revision has it.
    var isStateless: Bool {
        switch self {
        case .initialize, .ping, .setLevel: false
        default: true
        }
    }

    /// Whether the revisions that begin with `initialize` have it.
    var isLegacy: Bool { self != .discover && self != .listen }
}
