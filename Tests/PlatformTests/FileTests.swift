import Bytes
import Foundation
import Platform
import Testing

@Suite struct FileTests {
    /// A folder that goes away with the test.
    private final class Folder {
        private let path = NSTemporaryDirectory() + "platform-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func path(_ name: String) -> FilePath { FilePath(path + "/" + name) }
        func move(_ name: String, to other: String) throws {
            try FileManager.default.moveItem(atPath: path + "/" + name, toPath: path + "/" + other)
        }
        func link(_ name: String, to other: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: path + "/" + name, withDestinationPath: path + "/" + other)
        }
    }

    @Test func whatIsAppendedIsRead() throws {
        let folder = try Folder()
        let path = folder.path("a")
        let file = try FileDescriptor.open(path, [.both, .appending])
        defer { file.close() }
        try file.writeAll(text: "hello, ")
        try file.writeAll(text: "you")
        #expect(text(path, limit: 10) == "hello, you")
        #expect(ReadableFile.whole(path, limit: 9) == nil && ReadableFile.whole(folder.path(""), limit: 9) == nil)
        var last: UInt8 = 0
        #expect(try withUnsafeMutableBytes(of: &last) { try file.read(into: $0, at: 9) } == 1)
        #expect(last == UInt8(ascii: "u"))
        file.truncate(to: 5)
        let status = try FileStatus(file)
        #expect(status.size == 5 && status.kind == .file && status.isOurs && !status.isOpenToOthers)
        #expect(!status.isWritableByOthers && FileStatus.isReadable(path))
    }

    @Test func aFileIsKnownByMoreThanItsName() throws {
        let folder = try Folder()
        let file = try FileDescriptor.open(folder.path("a"), [.both, .appending])
        defer { file.close() }
        let ours = try FileStatus(file)
        #expect(try ours.isSame(as: FileStatus(at: folder.path("a"))))
        try folder.move("a", to: "b")
        let other = try FileDescriptor.open(folder.path("a"), [.both, .appending])
        defer { other.close() }
        #expect(
            try !ours.isSame(as: FileStatus(at: folder.path("a"))) && ours.isSame(as: FileStatus(at: folder.path("b"))))
        try folder.link("c", to: "b")
        #expect(try !ours.isSame(as: FileStatus(at: folder.path("c"))))
        #expect(throws: SystemError.isLink) { try FileDescriptor.open(folder.path("c"), .unlinked) }
        #expect(throws: SystemError.noSuchFile) { try FileDescriptor.open(folder.path("d"), .reading) }
    }

    @Test func aFileInMemoryHasAPath() throws {
        let file = try #require(MemoryFile(ByteBuffer(text: "in memory"), name: "test"))
        for _ in 0..<2 { #expect(text(file.path, limit: 100) == "in memory") }
    }

    private func text(_ path: FilePath, limit: Int) -> String? {
        ReadableFile.whole(path, limit: limit).map { content in withExtendedLifetime(content) { content.bytes.text } }
    }

    @Test func errorsHaveWords() {
        #expect(SystemError.noSuchFile.text == "No such file or directory")
        #expect(SystemError(code: 24).isForDescriptors && SystemError(code: 101).isForRoute)
        #expect(!SystemError.interrupted.isForDescriptors && !SystemError.interrupted.isForRoute)
    }
}
