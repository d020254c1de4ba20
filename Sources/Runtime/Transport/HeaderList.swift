import CCurl

/// A list of header lines in libcurl's form. Every transfer that uses it keeps it alive, because libcurl does not copy
/// it.
final class HeaderList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { list = curl_slist_append(list, line) ?? list }
    }

    deinit { curl_slist_free_all(list) }
}
