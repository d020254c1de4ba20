import EngagementAPI

/// The README's tables, made from the same tables that the program works from: `schema methods`, `schema settings`.
enum ReadmeTables {
    static var methods: String {
        var lines = ["| method | params | HTTP | scope |", "|---|---|---|---|"]
        for method in Method.all where method.availability != .unlisted {
            let names = method.parameters.map { $0.isRequired ? $0.name : "\($0.name)?" }
            let scopes = method.scopes.joined(separator: ", ")
            let conditional = method.parameters.contains { parameter in
                if case .choices(let choices) = parameter.kind { return choices.contains { $0.scope != nil } }
                return false
            }
            lines.append(
                "| `\(method.name)` | \(names.isEmpty ? "" : "`\(names.joined(separator: ", "))`") | \(route(method)) | "
                    + "\(scopes)\(conditional ? ", and per `expand`" : "") |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static var settings: String {
        var lines = ["| flag | variable | default | meaning |", "|---|---|---|---|"]
        for setting in Setting.all {
            let flag = setting.flag + (setting.placeholder.map { " \($0)" } ?? "")
            let variables = setting.variables.map { "`\($0)`" }.joined(separator: ", then ")
            let escaped = flag.split(separator: "|").joined(separator: "\\|")
            lines.append("| `\(escaped)` | \(variables) | \(setting.fallback) | \(setting.summary) |")
        }
        lines.append("| none, never argv | `ENGAGEMENT_RPC_TOKEN` | none | the token |")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func route(_ method: Method) -> String {
        switch method.action {
        case .http(let verb, let path, _) where method.availability == .listed: "`\(verb.name) \(path)`"
        case .http: "sandbox only"
        case .composed: "several requests"
        case .local: ""
        }
    }
}
