import CCurl
import Platform

/// The API's base URL, parsed by libcurl, which also connects to it: two parsers can disagree about the host.
public struct BaseURL: Sendable {
    /// The URL without a slash at its end.
    public let text: String
    /// Whether the scheme is `http`.
    public let isClearText: Bool
    /// Whether the host is this machine, without looking a name up.
    public let isLoopback: Bool

    /// Why a URL can't be used, as a sentence.
    public struct Problem: Error {
        /// The sentence.
        public let sentence: String

        /// Another reason than the URL's form.
        package init(sentence: String) { self.sentence = sentence }
    }

    /// Parses `text`. Throws if it has anything but scheme, host, port and path.
    public init(_ text: String) throws(Problem) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(sentence: "it may hold visible ASCII characters only")
        }
        guard let handle = curl_url() else { throw Problem(sentence: "there is no memory to read it") }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK else {
            throw Problem(sentence: "it is not a URL such as https://app.askelephant.ai/api")
        }
        func part(_ which: CURLUPart) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, which, &found, 0) == CURLUE_OK, let found else { return nil }
            defer { curl_free(found) }
            return String(cString: found)
        }
        // libcurl also accepts one slash or three, and then finds another host than a reader would.
        let slashes = text.drop { $0 != "/" }.prefix { $0 == "/" }
        guard text.contains(":"), slashes.count == 2 else {
            throw Problem(sentence: "it is not a URL such as https://app.askelephant.ai/api")
        }
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "https" || scheme == "http" else {
            throw Problem(sentence: "its scheme must be https, or http for this machine")
        }
        guard let host = part(CURLUPART_HOST), !host.isEmpty else { throw Problem(sentence: "it names no host") }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil, !text.contains("@") else {
            throw Problem(sentence: "it must not hold a user name or password")
        }
        guard !text.contains("?"), !text.contains("#") else {
            throw Problem(sentence: "it must not hold a query or fragment")
        }
        if let port = part(CURLUPART_PORT), Int(port).map({ !(1...65535).contains($0) }) ?? true {
            throw Problem(sentence: "its port must be 1 to 65535")
        }
        guard !text.split(separator: "/").contains(where: { $0 == ".." || $0 == "." || $0.contains("%") }) else {
            throw Problem(sentence: "its path must not hold dots as segments or percent signs")
        }
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.text = trimmed
        isClearText = scheme == "http"
        isLoopback = Loopback.contains(host: host)
    }
}
