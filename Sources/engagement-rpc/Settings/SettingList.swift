import Bytes
import EngagementAPI

/// All settings. A new one is an entry here and the option that it sets, whose initial value is the default.
extension Setting {
    static let all = ofAll + ofJobs

    private static let ofAll: [Setting] = [
        toggle(
            "--sandbox", \.isSandbox, "serve from a built-in sample workspace; no token, no network"
        ).alsoOfSandbox(),
        text(
            "--sandbox-at", placeholder: "URL", rule: "a value",
            "serve from the workspace that another process runs: engagement-rpc sandbox",
            set: { $0.sandboxAt = $1 }, show: { $0.sandboxAt ?? "none" }),
        path(
            "--seed", hasVariable: false, \.seed,
            "JSON file with a sandbox's engagements, contacts, companies, tags and users"
        ).alsoOfSandbox(),
        time(
            "--clock", hasVariable: false, \.sandbox.clock,
            "where a sandbox's clock begins; each write is a second"
        ).alsoOfSandbox(),
        number("--port", hasVariable: false, in: 0...65_535, \.sandbox.port, "its port; 0 is any free one").of(
            .sandbox),
        text(
            "--base-url", placeholder: "URL", rule: "a value", "where the API is",
            set: { $0.transport.baseURL = $1 }, show: { $0.transport.baseURL }),
        path("--token-file", \.tokenFile, "file whose first line is the token; read again when the API answers 401"),
        text(
            "--token-command", placeholder: "CMD", rule: "a shell command",
            "shell command that prints the token; run when it is needed, and after a 401",
            set: { $0.tokenCommand = $1 },
            // The command may contain a secret.
            show: { $0.tokenCommand == nil ? "none" : "a command" }),
        path(
            "--ca-file", further: ["SSL_CERT_FILE"], \.transport.caFile, absent: "libcurl's",
            "PEM file with certificates to trust besides the system's"),
        path(
            "--journal", \.journal, "file in which each write is noted before it leaves; engagement.undo reads it"),
        number("--timeout-ms", in: 1...600_000, \.service.timeoutMs, "one call, all its attempts included"),
        number("--max-attempts", in: 1...10, \.service.maxAttempts, "requests per call; 1 switches retries off"),
        number("--max-in-flight", in: 1...1024, \.service.maxInFlight, "calls worked on at once"),
        number("--max-connections", in: 1...256, \.service.maxConnections, "connections to the API"),
        rate(
            "--max-calls-per-second", \.service.maxCallsPerSecond,
            "HTTP requests begun per second; further ones wait"),
        toggle("--read-only", \.service.filter.isReadOnly, "refuse every method that writes"),
        list(
            "--methods", "methods that may be called, such as engagement.*,contact.get",
            rule: "names of methods, or beginnings with a star at the end", completions: .methods,
            set: { options, patterns in
                options.service.filter.patterns = patterns
                // Unknown names are accepted, because one list may serve several versions. UnknownMethods tells them.
                return patterns.allSatisfy(isPattern)
            }, show: { $0.service.filter.patterns ?? ["all"] }),
        choice(
            "--confirm", \.service.confirm, named: { $0.rawValue },
            "whether an MCP client has to ask a person before a tool destroys something"),
        list(
            "--toolsets", "tools for agents: attendees, all, or names",
            rule: "names of toolsets: attendees, engagements, contacts, companies, tags, users, comments, or all",
            completions: .words(Toolset.allCases.map(\.rawValue) + ["all"]),
            set: { options, names in
                let known = names.map { $0 == "all" ? Toolset.allCases : Toolset(rawValue: $0).map { [$0] } ?? [] }
                options.service.filter.toolsets = known.flatMap(\.self)
                return !known.contains(where: \.isEmpty)
            }, show: { $0.service.filter.toolsets.map(\.rawValue) }),
        toggle("--http2", \.transport.allowsHTTP2, "let HTTP/2 be negotiated"),
        choice(
            "--framing", hasVariable: false, \.service.framing, named: { $0.rawValue },
            "how messages are told apart on stdin and stdout"),
        choice("--log-level", \.logLevel, named: { $0.name }, "what is told on stderr").alsoOfSandbox(),
        choice("--log-format", \.logFormat, named: { $0.rawValue }, "shape of log lines").alsoOfSandbox(),
        choice(
            "--progress", hasVariable: false, \.progress, named: { $0.rawValue },
            "a live line on stderr for long runs"),
        toggle("--raw", hasVariable: false, \.isRaw, "the answer as the one line that it is").of(.call),
        toggle("--compact", hasVariable: false, \.isCompact, "the result on one line").of(.call),
    ]

    private static func isPattern(_ text: String) -> Bool {
        let stem = text.hasSuffix("*") ? text.dropLast() : text[...]
        return !text.isEmpty && stem.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: ".") }
    }
}
