import Foundation
import TestSupport
import Testing

/// The release binary as it is handed out, and that nothing in it asks for the tables of ICU, which are not linked.
@Suite(.ownThread)
struct BinaryTests {
    /// Texts in which letters have no simple case, are put together, or stand outside the first plane.
    private static let texts = ["ÄÖÜẞ İı", "e\u{301}\u{323}", "👩‍👩‍👧‍👦 𝒳", "Ελλάς ΣΑΣ", "한국어 हिन्दी", "\u{FB01}ﷺ"]

    /// Where text is compared, lower-cased, cut, split or decoded: refusals with a hint, escapes, lists of words.
    @Test(arguments: texts)
    func textNeedsNoTables(text: String) throws {
        let host = try sandbox()
        let escaped = text.utf16.map {
            "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16)
        }
        .joined()
        for spelled in [text, escaped] {
            #expect(try host.call(spelled).code == -32601)
            let unknown = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","\#(spelled)":1}"#)
            #expect(unknown.code == -32602 && unknown.text("error", "data", "errors") != nil, "\(unknown)")
            let choice = try host.call("engagement.get", #"["ngmt_sandbox01",["contacts","\#(spelled)"]]"#)
            #expect(choice.code == -32602, "\(choice)")
            let id = try host.call("engagement.get", #"["ngmt_\#(spelled)"]"#)
            #expect(id.code == -32602, "\(id)")
        }
        // The sandbox reads bodies with Foundation, and its seeds hold such texts themselves.
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", ["cnt_sandbox02"]))
        #expect(write.text("result") != nil)
        let plan =
            #"{"match":"GET *","steps":[{"status":422,"body":{"errors":{"\#(text)":["\#(text)"]},"n":-1234567890123456789}}]}"#
        _ = try host.call("sandbox.fail", plan)
        let refused = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        #expect(refused.string("error", "data", "errors", "0", "message") != nil, "\(refused)")
        try host.finish()
    }

    @Test(.enabled(if: Setup.binaryIsGiven, "for a release build"))
    func itIsSmallAndTakesNothingOfSwift() throws {
        var setup = Setup(["-c", #"strip -o "$1" "$0" && stat -c %s "$1" && ldd "$0"; rm -f "$1""#, Setup.binary])
        setup.arguments.append(FileManager.default.temporaryDirectory.path + "/engagement-rpc-stripped-\(getpid())")
        (setup.program, setup.checks) = ("/bin/sh", .text)
        let host = try HostProcess(setup)
        #expect(try host.waitForExit(within: 30) == .exited(0), "\(host.errorText)")
        let lines = host.outputText.split(separator: "\n")
        #expect(Int(lines.first ?? "").map { $0 < 27_000_000 } == true, "\(lines.first ?? "")")
        #expect(host.outputText.contains("libcurl.so.4") && !host.outputText.lowercased().contains("swift"))
    }

    /// Nothing is loaded from beside it, nothing that the loader has filled in can be changed later, and what can be
    /// written is never run.
    @Test(.enabled(if: Setup.binaryIsGiven, "for a release build"))
    func itTrustsNoFolderAndSealsItsTables() throws {
        let file = try ELFFile(Repository.bytes(Setup.binary))
        #expect(file.dynamic[ELFFile.runpath] == nil && file.dynamic[ELFFile.rpath] == nil)
        #expect(file.isBoundAtStart)
        let sealed = file.segments.filter { $0.type == ELFFile.relro }
        #expect(sealed.count == 1 && sealed[0].size > 0)
        #expect(!file.segments.isEmpty)
        for segment in file.segments where segment.type == ELFFile.load || segment.type == ELFFile.stack {
            #expect(!(segment.isWritable && segment.isExecutable), "\(segment)")
        }
        #expect(file.segments.contains { $0.type == ELFFile.stack }, "without one the stack could be run")
    }
}

/// What a 64-bit ELF file with its lowest byte first asks of the loader.
private struct ELFFile {
    struct Segment {
        let type: UInt32
        let size: Int
        let isWritable: Bool
        let isExecutable: Bool
    }

    static let (load, dynamicSegment, stack, relro): (UInt32, UInt32, UInt32, UInt32) = (
        1, 2, 0x6474_E551, 0x6474_E552
    )
    static let (rpath, runpath): (UInt64, UInt64) = (15, 29)
    private static let (bindNow, flags, flags1): (UInt64, UInt64, UInt64) = (24, 30, 0x6FFF_FFFB)

    private(set) var segments: [Segment] = []
    private(set) var dynamic: [UInt64: UInt64] = [:]

    var isBoundAtStart: Bool {
        dynamic[Self.bindNow] != nil || dynamic[Self.flags].map { $0 & 8 != 0 } ?? false
            || dynamic[Self.flags1].map { $0 & 1 != 0 } ?? false
    }

    init(_ bytes: [UInt8]) throws {
        func number<Number: FixedWidthInteger>(_ place: Int, as type: Number.Type) throws -> Number {
            guard place >= 0, place + MemoryLayout<Number>.size <= bytes.count else {
                throw HarnessFailure("the file ends before byte \(place)")
            }
            return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: type)) }
        }
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw HarnessFailure("no ELF of 64 bits") }
        let (start, size) = (Int(try number(32, as: UInt64.self)), Int(try number(54, as: UInt16.self)))
        for index in 0..<Int(try number(56, as: UInt16.self)) {
            let at = start + index * size
            let (type, flags) = (try number(at, as: UInt32.self), try number(at + 4, as: UInt32.self))
            let length = Int(try number(at + 32, as: UInt64.self))
            segments.append(Segment(type: type, size: length, isWritable: flags & 2 != 0, isExecutable: flags & 1 != 0))
            guard type == Self.dynamicSegment else { continue }
            let table = Int(try number(at + 8, as: UInt64.self))
            for entry in stride(from: table, to: table + length, by: 16) {
                let tag = try number(entry, as: UInt64.self)
                if tag == 0 { break }
                dynamic[tag] = try number(entry + 8, as: UInt64.self)
            }
        }
    }
}
