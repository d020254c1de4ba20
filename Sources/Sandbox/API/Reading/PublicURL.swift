/// Which media URLs the API would fetch: `https`, on a public host (API page create-engagement).
enum PublicURL {
    /// Whether `url` is `https`, without a login, on a host outside private and local networks.
    static func isOne(_ url: String) -> Bool {
        guard url.lowercased().hasPrefix("https://") else { return false }
        let authority = url.dropFirst("https://".count).prefix { !"/?#".contains($0) }
        guard !authority.contains("@"), let host = host(authority) else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy(isLabel), let last = labels.last else { return false }
        // A name whose last label is a number is an address (WHATWG URL, section 3.5), which has many spellings.
        if isNumber(last) { return labels.count == 4 && isPublic(labels.compactMap(octet)) }
        return !["localhost", "local", "internal", "lan", "home", "arpa"].contains(last)
    }

    /// The host without its port, in lower case; nil for no host, for IPv6, and for an invalid port.
    private static func host(_ authority: Substring) -> String? {
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2, !name.isEmpty else { return nil }
        if parts.count == 2, !parts[1].isEmpty, !parts[1].allSatisfy(isDigit) || UInt16(parts[1]) == nil { return nil }
        // A name may end with the dot of the root.
        return (name.hasSuffix(".") ? name.dropLast() : name).lowercased()
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.allSatisfy { $0.isLetter || isDigit($0) || $0 == "-" || $0 == "_" }
    }

    private static func isNumber(_ label: Substring) -> Bool {
        label.allSatisfy(isDigit) || label.hasPrefix("0x") && label.dropFirst(2).allSatisfy(\.isHexDigit)
    }

    /// Only the spelling that all parsers agree on: decimal, without leading zeros.
    private static func octet(_ label: Substring) -> UInt8? {
        label.allSatisfy(isDigit) && (label.count == 1 || label.first != "0") ? UInt8(label) : nil
    }

    /// RFC 6890: the ranges for private, local and special use are not public.
    private static func isPublic(_ address: [UInt8]) -> Bool {
        guard address.count == 4 else { return false }
        switch (address[0], address[1], address[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): return false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): return false
        default: return true
        }
    }
}
