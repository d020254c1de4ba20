/// This program's version, for `--version`, the user agent and the documents.
enum Version {
    static let number = "0.1.0"
}
