import Bytes
import CCurl
import Glibc

/// Which file of certificates is trusted. A libcurl that was built on one distribution looks for that one's file on
/// another one too, where it is not.
enum CertificateFile {
    /// Where distributions keep one PEM file with all certificates that they trust, in the order of trying: Debian and
    /// Arch, Fedora, RHEL, openSUSE, Alpine, older RHEL.
    static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
        "/etc/pki/tls/cacert.pem",
    ]

    /// libcurl's own, nil when it has none or the file is not there.
    static func builtIn() -> String? {
        guard let easy = curl_easy_init() else { return nil }
        defer { curl_easy_cleanup(easy) }
        var file: UnsafeMutableRawPointer?
        guard rpc_easy_get_pointer(easy, CURLINFO_CAINFO, &file) == CURLE_OK, let file else { return nil }
        let path = String(cString: file.assumingMemoryBound(to: CChar.self))
        return isReadable(path) ? path : nil
    }

    /// The first of `places` that is there, or nil.
    static func elsewhere() -> String? { places.first(where: isReadable) }

    private static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
