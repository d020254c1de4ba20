import CCurl
import CSystem

/// The libcurl that the loader has chosen for this process.
public enum TransportLibrary {
    /// The versions of libcurl and of the libraries it uses, as libcurl reports them.
    public static let versions = String(cString: curl_version())

    /// The file of the loaded library.
    public static let file = rpc_library_with("curl_version").map { String(cString: $0) } ?? "an unknown place"

    /// Why calls can't use it, as a sentence; nil if they can.
    public static let fault: String? = {
        guard let facts = rpc_version_info()?.pointee else { return nil }
        let version = facts.version.map { String(cString: $0) } ?? "of an unknown version"
        let found = "libcurl \(version) was found, at \(file)"
        // Older versions send a request again by themselves, and have nothing to prevent it (CURLOPT_PREREQFUNCTION).
        guard facts.version_num >= 0x07_50_00 else { return "\(found); 7.80 or newer is needed." }
        guard facts.features & CURL_VERSION_SSL != 0 else { return "\(found); it was built without TLS." }
        return nil
    }()
}
