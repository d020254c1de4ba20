import Foundation
import TestSupport
import Testing

/// The files of the JSON parsing test suite, as whole lines and as `params`.
@Suite(.ownThread)
struct SuiteFileTests {
    private struct File {
        let name: String
        let bytes: [UInt8]
        /// `y`: must be accepted; `n`: must be refused; `i`: either.
        var verdict: Character { name.first ?? "?" }
        var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 } }
    }

    /// What holds no line break, and so can be one line.
    private func files() throws -> [File] {
        guard let folder = Repository.shared("data/json-test-suite/test_parsing") else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let files = try names.map { File(name: $0, bytes: try Repository.bytes(folder + "/" + $0)) }
        #expect(files.count == 318)
        return files.filter { !$0.bytes.contains(0x0A) && !$0.bytes.contains(0x0D) }
    }

    @Test func asWholeLines() throws {
        let host = try sandbox()
        host.reusesIDs = true
        try host.expectAlive()
        for file in try files() where !file.isBlank {
            try host.send(file.bytes + [0x0A])
            let answer = try host.next()
            let code = answer.isBatch ? try answer.elements().first?.code : answer.code
            switch file.verdict {
            case "y": #expect(code == -32600, "\(file.name)")
            case "n": #expect(code == -32700, "\(file.name)")
            default: #expect([-32600, -32700].contains(code), "\(file.name)")
            }
        }
        try host.expectAlive()
        try host.finish()
    }

    @Test func asParams() throws {
        let host = try sandbox()
        host.reusesIDs = true
        for file in try files() {
            let before = Array(#"{"jsonrpc":"2.0","id":1,"method":"service.ping","params":"#.utf8)
            try host.send(before + file.bytes + Array("}\n".utf8))
            let answer = try host.next()
            let taken = answer.text("result") == "{}" || answer.code == -32602 || answer.code == -32600
            switch file.verdict {
            case "y": #expect(taken && answer.text("id") == "1", "\(file.name): \(answer)")
            case "n": #expect(answer.code == -32700, "\(file.name): \(answer)")
            default: #expect(taken || answer.code == -32700, "\(file.name): \(answer)")
            }
        }
        try host.expectAlive()
        try host.finish()
    }

    @Test func asAnswersOfTheAPI() throws {
        let files = try files().filter { !$0.isBlank }
        let bodies = Dictionary(
            uniqueKeysWithValues: files.enumerated().map { ("cnt_\($0)", $1.bytes) })
        // Of a list of engagements it is not asked whose it is.
        let server = try FaultServer { request in
            let id = request.target.split(separator: "/").first { $0.hasPrefix("cnt_") } ?? ""
            return .answer("HTTP/1.1 200 OK", bodies[String(id)] ?? [])
        }
        let host = try bridge(to: server)
        for (number, file) in files.enumerated() {
            let answer = try host.call("contact.listEngagements", #"["cnt_\#(number)"]"#)
            let passed = answer.text("result", "data") != nil
            switch file.verdict {
            case "y":
                let trimmed = String(decoding: file.bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                #expect(answer.text("result", "data") == trimmed, "\(file.name): \(answer)")
            case "n": #expect(answer.code == 1004, "\(file.name): \(answer)")
            default: #expect(passed || answer.code == 1004, "\(file.name): \(answer)")
            }
        }
        try host.finish()
    }
}
