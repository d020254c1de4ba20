import EngagementAPI
import JSONRPC

/// Patterns of `--methods` that match no method of this version. They are accepted, because one list may serve several
/// versions, but may as well be misspelt.
enum UnknownMethods {
    /// One sentence per pattern.
    static func warnings(_ options: Options) -> [String] {
        var sentences: [String] = []
        for pattern in options.service.filter.patterns ?? [] where !isKnown(pattern) {
            // A longer one could be a misplaced token.
            let shown = pattern.utf8.count <= 64 ? pattern : "a long name"
            let hint = nearest(to: pattern).map { "did you mean \($0)?" } ?? "help methods lists them."
            sentences.append(
                "\(options.givenName(of: "--methods")) has \(shown), which matches no method of this version; \(hint)")
        }
        return sentences
    }

    private static func isKnown(_ pattern: String) -> Bool {
        Method.all.contains { MethodTable.Filter.matches(pattern, $0.name) }
    }

    private static func nearest(to pattern: String) -> String? {
        let methods = Method.all.filter { $0.isRemote && $0.availability == .listed }
        // A star allows more than a name, so it is proposed only for a star or for a whole resource.
        let isBroad = pattern.hasSuffix("*") || !pattern.contains(".")
        let broad = isBroad ? methods.map { "\($0.resource).*" } : []
        return pattern.nearest(in: broad + methods.map(\.name))
    }
}
