import Bytes
import EngagementAPI
import JSON

/// `schema/methods.md`, made from the tables that the program works from: `schema page`.
enum MethodsPage {
    static var text: String {
        let methods = Method.all.filter { $0.availability == .listed }
        var lines = [
            "# Methods", "",
            "Written by `engagement-rpc schema page` from the table that the program works from. Params are an object, or",
            "an array in the order given here. The answers are those of a fresh sandbox (`--sandbox`). The types of the",
            "answers are in [`openrpc.json`](openrpc.json), under `components.schemas`.", "",
        ]
        var resource: Substring = ""
        for method in methods {
            if method.resource != resource {
                resource = method.resource
                lines.append("- **\(resource)**: " + links(methods.filter { $0.resource == resource }))
            }
        }
        lines += ["", "## What can become of any call", ""]
        lines += table(MethodError.ofEveryCall)
        for method in methods { lines += section(method) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One line for each method that has an example: its request.
    static var exampleRequests: String {
        Method.all.compactMap { method in method.example.map { "\(method.name) " + request(method.name, $0) + "\n" } }
            .joined()
    }

    private static func links(_ methods: [Method]) -> String {
        methods.map { method in
            let anchor = method.name.lowercased().filter { $0 != "." }
            return "[\(method.name.dropFirst(method.resource.utf8.count + 1))](#\(anchor))"
        }.joined(separator: ", ")
    }

    private static func section(_ method: Method) -> [String] {
        var lines = [
            "", "## \(method.name)", "", [method.summary, method.detail].filter { !$0.isEmpty }.joined(separator: " "),
        ]
        lines += ["", facts(method).map { "- \($0)" }.joined(separator: "\n")]
        if !method.parameters.isEmpty {
            lines += ["", "| parameter | what it may hold | |", "|---|---|---|"]
            for parameter in method.parameters {
                let name = "`\(parameter.name)`" + (parameter.isRequired ? "" : "?")
                lines.append("| \(name) | \(parameter.limits) | \(parameter.documentation) |")
            }
        }
        if let example = method.example, let answer = ExampleAnswers.all[method.name] {
            lines += ["", "```", "--> " + request(method.name, example)]
            lines += ["<-- {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\(answer)}", "```"]
        }
        let refusals = MethodError.refusals(of: method)
        if !refusals.isEmpty { lines += [""] + table(refusals) }
        return lines
    }

    private static func facts(_ method: Method) -> [String] {
        guard let (verb, path) = method.address else { return ["answered by the process itself"] }
        var facts: [String] = []
        if case .composed = method.action {
            facts.append("several requests, of which one writes: `\(verb) \(path)`")
        } else {
            facts.append("`\(verb) \(path)`")
        }
        if method.source == .inferred {
            facts[0] += "; inferred from its siblings: the API's reference does not print the address"
        }
        if !method.scopes.isEmpty { facts.append("scopes: " + method.scopes.map { "`\($0)`" }.joined(separator: ", ")) }
        let further = method.privateScopes
        if !further.isEmpty {
            facts.append("for private engagements also: " + further.map { "`\($0)`" }.joined(separator: ", "))
        }
        let effect = method.isDestructive ? "changes or removes what is there" : "adds, and removes nothing"
        let repeated = method.isIdempotent ? "a second time changes nothing more" : "not to be repeated blindly"
        facts.append(method.isWrite ? "\(effect); \(repeated)" : "reads only")
        return facts
    }

    private static func table(_ errors: [MethodError]) -> [String] {
        ["| code | kind | when |", "|---|---|---|"]
            + errors.map { "| \($0.code) | `\($0.kind.rawValue)` | \($0.when) |" }
    }

    private static func request(_ method: String, _ params: String) -> String {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":\(params)}"
    }
}
