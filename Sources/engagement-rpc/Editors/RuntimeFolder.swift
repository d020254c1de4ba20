import Bytes
import LSP
import Platform

/// The folder of attendees documents: in `$XDG_RUNTIME_DIR`, or else among the temporary files; for this user alone.
/// Each API has one of its own, because the same id may name something else there.
final class RuntimeFolder: AttendeesFolder {
    private let baseURL: String
    /// The folder's path; nil where there is none. Made when it is needed.
    private lazy var path = Self.make(Self.name(baseURL))
    /// The locks of files that are open here. A lock ends with its process, however that ends.
    private var locks: [String: FileDescriptor] = [:]
    private static let sizeLimit = 4 * 1024 * 1024

    init(baseURL: String) { self.baseURL = baseURL }

    var wallSeconds: Int { SystemClock.wallSeconds }

    func uri(of name: String) -> String? {
        path.map { path in
            let uri = ByteBuffer("file://".utf8)
            for part in path.split(separator: "/") {
                uri.append("/")
                uri.appendPercentEncoded(String(part))
            }
            return uri.bytes.text + "/" + name
        }
    }

    func name(of uri: String) -> String? {
        guard let path, uri.lowercased().hasPrefix("file://") else { return nil }
        let file = uri.dropFirst("file://".count).drop { $0 != "/" }.percentDecoded
        guard file.hasPrefix(path + "/") else { return nil }
        let name = file.dropFirst(path.count + 1)
        return name.isEmpty || name.contains("/") ? nil : String(name)
    }

    func read(_ name: String) -> ByteBuffer? {
        path.flatMap { PrivateFile.content(FilePath("\($0)/\(name)"), limit: Self.sizeLimit) }
    }

    func write(_ name: String, _ content: ByteBuffer) -> Bool {
        guard let path, !content.isIncomplete else { return false }
        do throws(SystemError) {
            try PrivateFile.write(content.bytes, to: "\(path)/\(name)")
            return true
        } catch {
            return false
        }
    }

    // MARK: What is open

    func hold(_ name: String) {
        guard let path, locks[name] == nil,
            let file = try? FileDescriptor.open(Self.lock(path, name), [.both, .appending, .unlinked])
        else { return }
        locks[name] = file
        _ = file.tryLock()
    }

    func release(_ name: String) { locks.removeValue(forKey: name)?.close() }

    func isOpenElsewhere(_ name: String) -> Bool {
        guard let path, locks[name] == nil,
            let file = try? FileDescriptor.open(Self.lock(path, name), [.both, .unlinked])
        else { return false }
        defer { file.close() }
        return !file.tryLock()
    }

    private static func lock(_ path: String, _ name: String) -> FilePath { FilePath("\(path)/.\(name).lock") }

    // MARK: Where it is

    private static func name(_ baseURL: String) -> String {
        let hash = baseURL.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "attendees-" + String(hash, radix: 16)
    }

    /// Makes the folder with this name; nil if none can be had for this user alone.
    private static func make(_ name: String) -> String? {
        let temporary = absolute("TMPDIR") ?? "/tmp"
        let own = "\(temporary)/engagement-rpc-\(ThisProcess.userID)"
        // Somebody else may have taken a name among the temporary files.
        let places = [absolute("XDG_RUNTIME_DIR").map { $0 + "/engagement-rpc" }, own] + (1...9).map { "\(own)-\($0)" }
        return places.compactMap(\.self).lazy.compactMap { place -> String? in
            let path = "\(place)/\(name)"
            guard (try? Folder.make(FilePath(path))) != nil, isPrivate(place), isPrivate(path) else { return nil }
            return path
        }.first
    }

    private static func absolute(_ variable: String) -> String? {
        guard var text = Environment.text(of: variable), text.hasPrefix("/") else { return nil }
        while text.count > 1, text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private static func isPrivate(_ path: String) -> Bool {
        guard let status = try? FileStatus(at: FilePath(path)) else { return false }
        return status.kind == .folder && status.isOurs && !status.isOpenToOthers
    }
}
