/// Which media the API would fetch: `https`, on a public host (API page create-engagement).
enum PublicURL {
    /// Whether `url` is `https`, without a login, on a host that names no private or local network.
    static func isOne(_ url: String) -> Bool {
        guard url.lowercased().hasPrefix("https://") else { return false }
        let authority = url.dropFirst("https://".count).prefix { !"/?#".contains($0) }
        guard !authority.contains("@"), let host = host(authority) else { return false }
        if let numbers = address(host) { return isPublic(numbers) }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy(isLabel), let last = labels.last else { return false }
        // A name that ends in a number would be read as an address (WHATWG URL, section 3.5).
        return !["localhost", "local", "internal", "lan", "home"].contains(last) && !last.allSatisfy(\.isNumber)
    }

    /// The host without its port, in lower case; nil for none, for IPv6, and for a port that is none.
    private static func host(_ authority: Substring) -> String? {
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2, !name.isEmpty else { return nil }
        if parts.count == 2, !parts[1].isEmpty, UInt16(parts[1]) == nil { return nil }
        // The root may be written out.
        return (name.hasSuffix(".") ? name.dropLast() : name).lowercased()
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    }

    private static func address(_ host: String) -> [UInt8]? {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && !numbers.contains(nil) ? numbers.compactMap(\.self) : nil
    }

    /// RFC 6890: what IPv4 keeps for private, local and special use.
    private static func isPublic(_ address: [UInt8]) -> Bool {
        switch (address[0], address[1]) {
        case (0, _), (10, _), (127, _), (224..., _): false
        case (100, 64...127), (169, 254), (172, 16...31), (192, 0), (192, 168), (198, 18...19): false
        default: true
        }
    }
}
