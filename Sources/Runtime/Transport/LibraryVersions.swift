import CCurl

/// libcurl's version and those of the libraries it uses, as it tells them itself.
public let libraryVersions = String(cString: curl_version())
