import Bytes
import Foundation
import JSON
import Testing

/// Lends a copy of `bytes` that ends where a page begins that may not be read, so that reading past them ends the test.
func lend<Result>(_ bytes: some Collection<UInt8>, _ body: (Bytes) throws -> Result) throws -> Result {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let room = (bytes.count + page - 1) / page * page + page
    let mapped = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let start = try #require(mapped != MAP_FAILED ? mapped : nil)
    defer { munmap(start, room) }
    let end = start + room - page
    try #require(mprotect(end, page, PROT_NONE) == 0)
    let copy = UnsafeMutableRawBufferPointer(start: end - bytes.count, count: bytes.count)
    copy.copyBytes(from: bytes)
    return try body(Bytes(copy))
}

/// What the scanner says about a whole text: nil when it is JSON.
func verdict(_ bytes: some Collection<UInt8>) throws -> JSONSyntaxError? {
    try lend(bytes) { lent in
        var scanner = JSONScanner(lent)
        do throws(JSONSyntaxError) {
            _ = try scanner.text()
            return nil
        } catch { return error }
    }
}

/// Lends the value that `text` spells.
func withValue<Result>(_ text: String, _ body: (JSONSlice) throws -> Result) throws -> Result {
    try lend(text.utf8) { lent in
        var scanner = JSONScanner(lent)
        return try body(try scanner.text())
    }
}

/// A file beside the checkout, or nil when it isn't there.
func sharedFolder(_ path: String) -> URL? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let folder = root.deletingLastPathComponent().appending(path: "shared").appending(path: path)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}
