import Platform
import Testing

@testable import Runtime

@Suite struct AddressTests {
    @Test(arguments: [
        ("localhost", true), ("LOCALHOST", true), ("Localhost", true), ("127.0.0.1", true), ("127.255.255.254", true),
        ("127.0.0.0", true), ("::1", true), ("[::1]", true), ("0:0:0:0:0:0:0:1", true), ("::ffff:127.0.0.1", true),
        ("[::ffff:127.9.9.9]", true), ("", false), ("128.0.0.1", false), ("126.255.255.255", false),
        ("10.0.0.1", false), ("0.0.0.0", false), ("::", false), ("::2", false), ("::ffff:128.0.0.1", false),
        ("::127.0.0.1", false), ("localhost.", false), ("localhost.example", false), ("xlocalhost", false),
        ("127.0.0.1.example", false), ("127.1", false), ("0177.0.0.1", false), ("2130706433", false),
        ("0x7f000001", false), ("127.0.0.1 ", false), (" localhost", false), ("\u{212A}ocalhost", false),
        ("::1%lo", false),
        ("[localhost", false), ("fe80::1", false), ("loc\u{0430}lhost", false),
    ])
    func whatIsThisMachine(host: String, isLoopback: Bool) {
        #expect(Loopback.contains(host: host) == isLoopback)
    }

    @Test(arguments: [
        ("https://app.askelephant.ai/api", "https://app.askelephant.ai/api", false, false),
        ("https://host", "https://host", false, false), ("https://host/", "https://host", false, false),
        ("https://host/api///", "https://host/api", false, false), ("HTTPS://Host/a", "HTTPS://Host/a", false, false),
        ("https://host:8443/a", "https://host:8443/a", false, false),
        ("https://host:65535", "https://host:65535", false, false),
        ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api", true, true),
        ("http://localhost/api", "http://localhost/api", true, true),
        ("http://[::1]:80/", "http://[::1]:80", true, true),
        ("https://localhost", "https://localhost", false, true),
        ("http://example.com", "http://example.com", true, false),
        ("http://127.0.0.1.example", "http://127.0.0.1.example", true, false),
        ("http://localhost.example/127.0.0.1", "http://localhost.example/127.0.0.1", true, false),
        ("https://host/a.b/..c/d", "https://host/a.b/..c/d", false, false),
    ])
    func baseURLs(text: String, kept: String, isClearText: Bool, isLoopback: Bool) throws {
        let url = try BaseURL(text)
        #expect(url.text == kept)
        #expect(url.isClearText == isClearText && url.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", " ", "host", "host/api", "//host", "/api", "https:", "https:/host", "https:///host", "https://",
        "https:///",
        "ftp://host", "file:///etc/passwd", "gopher://host", "javascript:alert(1)", "httpss://host", "https//host",
        "https://user@host", "https://user:pw@host", "https://@host", "https://host@127.0.0.1", "https://host/a@b",
        "https://host?x=1", "https://host/?", "https://host#f", "https://host/api#", "https://host:0",
        "https://host:65536",
        "https://host:99999999999", "https://host:-1", "https://host:x", "https://host/..", "https://host/../a",
        "https://host/a/./b", "https://host/a/../b", "https://host/%2e%2e/a", "https://host/a%20b", "https://ho st",
        "https://host/a b", "https://host\n", "https://host/\r\nX: y", "https://host\u{0}", "https://h\u{E9}te",
        "https://\u{0430}pp.askelephant.ai", "https://host\\@evil", "https://[::1", "https://host\t/a", " https://host",
    ])
    func whatIsNoBaseURL(text: String) {
        do {
            let url = try BaseURL(text)
            #expect(Bool(false), "taken as \(url.text)")
        } catch {
            #expect(!error.sentence.isEmpty && !error.sentence.contains("@"), "\(error.sentence)")
        }
    }

    /// libcurl reads numbers of any form as an address. Whatever the text says, the host is judged as libcurl will
    /// take it.
    @Test(arguments: ["http://0177.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/"])
    func numbersInDisguise(text: String) throws {
        let url = try BaseURL(text)
        #expect(url.isClearText && url.isLoopback, "libcurl makes it 127.0.0.1")
    }
}
