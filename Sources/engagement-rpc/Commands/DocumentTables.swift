import EngagementAPI
import JSONRPC

/// Tables of the README and of the pages in schema/, made from the program's own data: `schema methods`, `schema
/// settings`, `schema errors`.
enum DocumentTables {
    /// One row per resource; the page of methods has the rest.
    static var methods: String {
        var lines = ["| resource | methods | scopes |", "|---|---|---|"]
        var resources: [Substring] = []
        let listed = Method.all.filter { $0.isRemote && $0.availability == .listed }
        for method in listed where !resources.contains(method.resource) {
            resources.append(method.resource)
        }
        for resource in resources {
            let methods = listed.filter { $0.resource == resource }
            let names = methods.map { "`\($0.name.dropFirst(resource.count + 1))`" }.joined(separator: " ")
            var scopes: [String] = []
            for scope in methods.flatMap(\.scopes) where !scopes.contains(scope) { scopes.append(scope) }
            lines.append("| `\(resource).` | \(names) | \(scopes.joined(separator: ", ")) |")
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

    /// One row for kinds with the same advice.
    static var errors: String {
        var lines = ["| kind | code | what to do |", "|---|---|---|"]
        var rest = RPCFailure.Kind.allCases[...]
        while let advice = rest.first?.advice {
            let kinds = rest.filter { $0.advice == advice }
            rest.removeAll { $0.advice == advice }
            let names = kinds.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            var codes: [String] = []
            for code in kinds.map(\.shownCode) where !codes.contains(code) { codes.append(code) }
            lines.append("| \(names) | \(codes.joined(separator: ", ")) | \(advice) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
