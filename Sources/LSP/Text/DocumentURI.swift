import Bytes

/// Reads what a document is from its address. `languageId` says nothing that can be relied on.
package enum DocumentURI {
    /// Whether documents with this address are served.
    package static func isServed(_ uri: String) -> Bool {
        guard let colon = uri.firstIndex(of: ":") else { return false }
        let scheme = uri[..<colon].lowercased()
        return scheme == "file" || scheme == "untitled"
    }

    /// The ending of the file's name in lower case, without the dot; empty for none.
    package static func ending(_ uri: String) -> String {
        let path = uri.prefix { $0 != "?" && $0 != "#" }
        let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        guard let dot = name.lastIndex(of: ".") else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }
}
