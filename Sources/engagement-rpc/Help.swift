import EngagementAPI

/// What `--help` prints; made from the same tables that the program works from.
enum Help {
    static var text: String {
        var lines = [
            "engagement-rpc \(Version.number): the AskElephant Public API v2 as JSON-RPC 2.0 over stdin and stdout,",
            "one JSON text per line.",
            "",
            "usage: engagement-rpc [serve] [FLAGS]                read requests, write answers, until end of input",
            "       engagement-rpc call METHOD [PARAMS] [FLAGS]   make one call and print its result; exit 0 or 1",
            "       engagement-rpc doctor [FLAGS]                 check token, network, TLS and clock; exit 0 or 1",
            "       engagement-rpc schema [openrpc|mcp] [FLAGS]   print the OpenRPC document, or the MCP tools",
            "       engagement-rpc --version | --help",
            "",
            "try:   engagement-rpc call engagement.get '{\"engagement_id\":\"ngmt_sandbox01\"}' --sandbox",
            "       engagement-rpc call engagement.replaceContacts '[\"ngmt_sandbox01\",[\"cnt_sandbox05\"]]' --sandbox",
            "",
            "Flags, and the variables that stand in for them (a flag wins):",
        ]
        for setting in Setting.all {
            let head = "  \(setting.flag)" + (setting.placeholder.map { " \($0)" } ?? "")
            lines.append(head.padded(36) + setting.summary + " [\(setting.fallback)]")
            let variables = setting.variables.joined(separator: ", then ")
            if !variables.isEmpty { lines.append("".padded(36) + variables) }
        }
        lines.append(
            "  ENGAGEMENT_RPC_TOKEN".padded(36)
                + "the token: API keys (sk-apik_…) are sent as they are, others as Bearer …")
        lines += ["", "Methods:"]
        for method in Method.all where method.availability != .unlisted {
            lines.append("  \(method.name)".padded(36) + method.summary)
            var line = "{"
            for (index, parameter) in method.parameters.enumerated() {
                let isLast = index == method.parameters.count - 1
                let word = parameter.name + (parameter.isRequired ? "" : "?") + (isLast ? "}" : ", ")
                if line.count + word.count > 84 {
                    lines.append("".padded(36) + line.trimmingBlanks)
                    line = " "
                }
                line += word
            }
            if !method.parameters.isEmpty { lines.append("".padded(36) + line) }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
