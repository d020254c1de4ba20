import Bytes
import CCurl
import Platform

/// Chooses the file of trusted certificates. A libcurl built on one distribution looks for that distribution's file on
/// every other one, where it may be missing.
public enum CertificateFile {
    /// Where distributions keep one PEM file with all certificates that they trust, in the order of trying: Debian and
    /// Arch, Fedora, RHEL, openSUSE, Alpine, older RHEL.
    static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
        "/etc/pki/tls/cacert.pem",
    ]

    /// libcurl's own file; nil when it has none, or the file is missing.
    static func builtIn() -> String? {
        guard let easy = curl_easy_init() else { return nil }
        defer { curl_easy_cleanup(easy) }
        var file: UnsafeMutableRawPointer?
        guard rpc_easy_get_pointer(easy, CURLINFO_CAINFO, &file) == CURLE_OK, let file else { return nil }
        let path = String(cString: file.assumingMemoryBound(to: CChar.self))
        return FileStatus.isReadable(FilePath(path)) ? path : nil
    }

    /// The first of `places` that can be read, or nil.
    static func elsewhere() -> String? { places.first { FileStatus.isReadable(FilePath($0)) } }

    /// Why a file can't hold trusted certificates, to follow its name in a sentence; nil if it may. Does not read what
    /// can be read only once, such as a pipe.
    public static func fault(of path: FilePath) -> String? {
        let start: ByteBuffer
        do throws(SystemError) {
            let file = try ReadableFile(path)
            if file.isDirectory { return "is a directory" }
            guard file.isRegular else { return nil }
            start = try file.start(lookedAt)
        } catch {
            return "can't be read: \(error.text)"
        }
        let bytes = start.bytes
        // One certificate or several in binary form begin with an ASN.1 sequence and its length.
        if bytes.count > 1, bytes[0] == 0x30, 0x80...0x84 ~= bytes[1] {
            return "is in binary form (DER) and not PEM; openssl x509 -inform der -in FILE -out FILE.pem converts it"
        }
        return bytes.hasCertificate || bytes.count == lookedAt ? nil : "holds no certificate in PEM form"
    }

    /// Bytes of a file that `fault` reads, at most.
    private static let lookedAt = 64 * 1024
}

extension Bytes {
    /// Whether a PEM certificate of any kind begins somewhere.
    fileprivate var hasCertificate: Bool {
        var rest = self
        while let start = rest.firstPosition(of: UInt8(ascii: "C")) {
            rest = rest.dropping(start)
            if rest.starts(with: "CERTIFICATE-----") { return true }
            rest = rest.dropping(1)
        }
        return false
    }
}
