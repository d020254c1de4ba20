/// This program's version, as `--version`, the user agent and the documents say it.
enum Version {
    static let number = "0.1.0"
}
