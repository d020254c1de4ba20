import Runtime
import Testing

/// No login of a proxy is in what is told of libcurl's words.
@Suite struct ProxyVariableTests {
    /// Values in which `geheim` is, or may be, part of a name or password.
    static let values = [
        "http://user:geheim@proxy.test:3128", "user:geheim@proxy.test", "http://geheim@proxy.test/",
        "http://user:ge%68eim@proxy.test:3128", "socks5h://user:geheim@[::1]:1080", "HTTP://user:geheim@proxy.test:1",
        "http://user:a/geheim@proxy.test", "http://user:a#geheim@proxy.test", "http://user:a?geheim@proxy.test",
        "http://user:a@geheim@proxy.test", "http://user:a geheim@proxy.test", "http://user:geheim@proxy.test:port",
        "http://user:geheim@proxy.test:99999", "htp://user:geheim@proxy.test", "http:/user:geheim@proxy.test",
        "http//user:geheim@proxy.test", "http://user:geheim", "http://geheim:geheim", "user:geheim",
        "http://user:geheim@",
        "http://user:a\\geheim@proxy.test", "http://user:geheim@proxy test:3128", "http://user:é geheim@proxy.test",
        "http://[geheim@proxy.test", "http://user:geheim@[::1", "//user:geheim@proxy.test",
        "http://user:geheim@proxy.test:3128/path?q", "http://user:a%geheim@proxy.test",
        " http://user:geheim@proxy.test",
    ]

    @Test(arguments: values) func nothingOfItIsTold(value: String) {
        let variable = ProxyVariable(name: "https_proxy", value: value)
        let login = value.split(separator: "@").first.map(String.init) ?? value
        for text in [
            "Unsupported proxy syntax in '\(value)': Port number was not a decimal number between 0 and 65535",
            "Unsupported proxy scheme for '\(value)'", "user was refused: \(login)", "password geheim",
        ] {
            let told = variable.conceal(in: text, plain: "Couldn't resolve proxy name")
            #expect(!told.contains("geheim"), "\(told)")
        }
    }

    @Test(arguments: [
        "http://proxy.test:3128", "proxy.test", "http://user:secret@proxy.test:3128/", "socks4a://user:@10.0.0.1:1",
        "https://u:p@[fe80::1%25eth0]:8080",
    ])
    func whatIsAsItShouldBeTakesNothingFromTheText(value: String) {
        let text = "Could not resolve proxy: proxy.test"
        #expect(ProxyVariable(name: "x", value: value).conceal(in: text, plain: "plain") == text)
    }

    @Test func whatIsWrongWithTheVariableIsTold() {
        let told = ProxyVariable(name: "ALL_PROXY", value: "http://u:p/q@h").conceal(in: "host u", plain: "Failed")
        #expect(told.hasPrefix("Failed") && told.contains("ALL_PROXY"), "\(told)")
    }
}
