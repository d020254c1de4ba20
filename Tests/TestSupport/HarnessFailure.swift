import Bytes
import Glibc

/// A fault between a test and the process or server that it drives. The test that it is thrown to fails.
public struct HarnessFailure: Error, CustomStringConvertible {
    /// One sentence, with the bytes in question if they help.
    public let description: String

    /// A failure described by `text`.
    public init(_ text: String) { description = text }

    /// A failure of the system call `name`, with the reason in `errno`.
    static func system(_ name: String) -> HarnessFailure {
        HarnessFailure("\(name): \(String(cString: strerror(errno)))")
    }
}

/// The first bytes of something, printable, for messages.
func excerpt(_ bytes: some Collection<UInt8>, limit: Int = 300) -> String {
    let head = String(decoding: bytes.prefix(limit), as: UTF8.self)
    return bytes.count > limit ? "\(head)… (\(bytes.count) bytes)" : head
}

/// The position of `part` in `bytes`, or nil.
func position(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    guard let first = part.first else { return 0 }
    return bytes.withUnsafeBytes { all in
        part.withUnsafeBytes { part in
            var start = 0
            while let found = all.dropping(start).firstPosition(of: first) {
                let place = start + found
                guard place + part.count <= all.count else { return nil }
                if all.slice(place, place + part.count).equals(part) { return place }
                start = place + 1
            }
            return nil
        }
    }
}
