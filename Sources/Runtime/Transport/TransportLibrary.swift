import CCurl
import CSystem

/// The libcurl that the loader has found for this process.
public enum TransportLibrary {
    /// Its version and those of the libraries it uses, as it tells them itself.
    public static let versions = String(cString: curl_version())

    /// The file that it was loaded from.
    public static let file = rpc_library_with("curl_version").map { String(cString: $0) } ?? "an unknown place"

    /// What it lacks of what every call needs, as a sentence; nil when it has all.
    public static let fault: String? = {
        guard let facts = rpc_version_info()?.pointee else { return nil }
        let version = facts.version.map { String(cString: $0) } ?? "of an unknown version"
        let found = "libcurl \(version) was found, at \(file)"
        // Older ones send a request again by themselves, and nothing keeps them from it (CURLOPT_PREREQFUNCTION).
        guard facts.version_num >= 0x07_50_00 else { return "\(found); 7.80 or newer is needed." }
        guard facts.features & CURL_VERSION_SSL != 0 else { return "\(found); it was built without TLS." }
        return nil
    }()
}
