import Foundation
import TestSupport
import Testing

/// Rules of the source tree that neither the compiler nor the formatter holds.
@Suite
struct StyleTests {
    @Test func filesLinesAndFunctionsAreShort() throws {
        let files = try SourceFile.all()
        #expect(files.count > 400)
        for file in files {
            let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            #expect(lines.count - 1 <= 400, "\(file.path) has \(lines.count - 1) lines")
            // Of code the formatter takes care.
            for (index, line) in lines.enumerated() where line.drop(while: { $0 == 0x20 }).starts(with: "//".utf8) {
                let width = String(decoding: line, as: UTF8.self).count
                #expect(width <= 120, "\(file.path):\(index + 1) has \(width) columns")
            }
            for function in file.text.functions {
                #expect(function.length <= 70, "\(file.path):\(function.line): \(function.length) lines")
            }
        }
    }

    /// Files of Swift that stand side by side, at most: a newcomer reads a folder's names in one look.
    private static let roomLimit = 14

    @Test func foldersAreRooms() throws {
        var rooms: [String: Int] = [:]
        for file in try SourceFile.all() {
            rooms[file.folder, default: 0] += 1
        }
        for (folder, count) in rooms where count > Self.roomLimit {
            Issue.record("\(folder) has \(count) files side by side")
        }
    }

    /// Files whose types are still together; none may be added.
    private static let stillTogether: Set<String> = []

    /// The name of a type leads to its file. What a file of extensions is called is free.
    @Test func aTypeHasAFileNamedAfterIt() throws {
        var together: Set<String> = []
        let topType = /^([a-z()@ ]*)\b(?:class|struct|enum|actor|protocol) (\w+)/
        for file in try SourceFile.all() where file.isSource {
            let types = file.text.codeLines.filter { $0.first?.isWhitespace == false }.compactMap {
                $0.firstMatch(of: topType)
            }.filter { !$0.1.contains("private ") }.map { String($0.2) }
            guard !types.isEmpty, types != [file.name] else { continue }
            together.insert(file.path)
            if !Self.stillTogether.contains(file.path) { Issue.record("\(file.path) declares \(types)") }
        }
        let apart = Self.stillTogether.subtracting(together)
        #expect(apart.isEmpty, "these are together no more: \(apart.sorted())")
    }

    /// The compiler of Swift 6.0 crashes at an interpolation and at a closure in an attribute, and `#expect(throws:)`
    /// gives nothing there.
    @Test func swift60CanCompileTheTests() throws {
        for file in try SourceFile.all() {
            let text = String(decoding: file.bytes, as: UTF8.self)
            // Its formatter ends the lint with a trap where a text goes on behind such a line.
            #expect(!text.contains("\\#\n"), "\(file.path)")
            if file.isSource { continue }
            for attribute in text.split(separator: "@Test(").dropFirst() {
                let list = attribute.split(separator: " func ", maxSplits: 1)[0]
                #expect(!list.contains(/\\#?\(|\x7B ?\$0/), "\(file.path): \(list.prefix(80))")
            }
            #expect(!text.contains(/= (?:try )?#(?:expect|require)\(throws/), "\(file.path)")
        }
    }

    @Test func noTwoPathsDifferByCaseAlone() throws {
        var seen: [String: String] = [:]
        for folder in ["Sources", "Tests", "examples", "schema"] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: Repository.root + "/" + folder) {
                let path = folder + "/" + name
                if let other = seen.updateValue(path, forKey: path.lowercased()) {
                    Issue.record("\(path) and \(other) are one path where case does not count")
                }
            }
        }
    }

    /// What each target may import.
    private static let imports: [String: Set<String>] = [
        "Bytes": ["CSystem"],
        "Platform": ["Bytes", "CSystem", "Glibc", "Foundation"],
        "JSON": ["Bytes", "CSystem", "Foundation"],
        "HTTP": ["Bytes"],
        "JSONRPC": ["Bytes", "JSON"],
        "EngagementAPI": ["Bytes", "JSON", "HTTP", "JSONRPC"],
        "MCP": ["Bytes", "JSON", "JSONRPC", "EngagementAPI"],
        "Tables": ["Bytes", "JSON"],
        "LSP": ["Bytes", "JSON", "JSONRPC", "EngagementAPI", "Tables"],
        "Service": ["Bytes", "JSON", "HTTP", "JSONRPC", "EngagementAPI", "MCP", "LSP", "Journal"],
        "Journal": ["Bytes", "JSON", "Platform", "Foundation"],
        "Runtime": ["Bytes", "HTTP", "CCurl", "CSystem", "Platform", "Foundation"],
        "Sandbox": ["Bytes", "JSON", "Platform", "Foundation"],
        "Jobs": ["Bytes", "JSON", "HTTP", "Platform", "Journal", "JSONRPC", "Tables", "Service", "Runtime"],
        "engagement-rpc": [
            "Bytes", "JSON", "HTTP", "JSONRPC", "EngagementAPI", "MCP", "Journal", "Service", "Runtime", "Sandbox",
            "Platform", "LSP", "Tables", "Jobs",
        ],
    ]

    /// What a port to another system has to look at.
    @Test func onlyPlatformAsksTheSystem() throws {
        let systemCalls = Self.systemCalls
        var importers: Set<String> = []
        for (file, declarations) in try SourceFile.declared() {
            if declarations.imports.contains("Glibc") { importers.insert(file.target) }
            guard file.target != "Platform" else { continue }
            // Foundation, libcurl's header and our own C bring the C library's names along.
            for (index, line) in file.text.codeLines.enumerated() {
                if let match = line.firstMatch(of: systemCalls) {
                    Issue.record("\(file.path):\(index + 1) asks the system itself: \(match.0)")
                }
            }
        }
        #expect(importers == ["Platform"])
    }

    private static var systemCalls: Regex<Substring> {
        /(?:^|[^.\w])(?:errno|strerror|getenv|setenv|unsetenv|isatty|fcntl|ioctl|fstat|pollfd|getpid|memcpy|strlen|malloc)\b/
    }

    @Test func importsFollowTheTable() throws {
        let imported = SwiftText.imported
        for file in try SourceFile.all() {
            for line in file.text.codeLines {
                guard let match = line.firstMatch(of: imported) else { continue }
                let module = String(match.1)
                #expect(module != "FoundationNetworking", "\(file.path): a second libcurl")
                guard file.isSource else { continue }
                let allowed = try #require(Self.imports[file.target], "\(file.path): no rule for \(file.target)")
                #expect(allowed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    private static var banned: [(name: String, pattern: Regex<Substring>)] {
        [
            ("print", /\bprint\(/), ("try!", /\btry!/), ("as!", /\bas!/), ("fatalError", /\bfatalError\(/),
            ("Task.sleep", /\bTask\.sleep/), ("Date()", /\bDate\(\)/),
            ("FoundationNetworking", /\bFoundationNetworking\b/),
            ("assert", /\bassert(?:ionFailure)?\(/),
        ]
    }

    @Test func sourcesAvoidWhatTraps() throws {
        let banned = Self.banned
        for file in try SourceFile.all() where file.isSource {
            for (index, line) in file.text.codeLines.enumerated() {
                for word in banned {
                    #expect(!line.contains(word.pattern), "\(file.path):\(index + 1) has \(word.name)")
                }
            }
        }
    }

    @Test func theTopLevelIsSmall() throws {
        let known: Set = ["Package.swift", "Sources", "Tests", "examples", "README.md", "schema", "LICENSE"]
        let ignored: Set = ["Package.resolved"]
        for name in try FileManager.default.contentsOfDirectory(atPath: Repository.root) {
            #expect(name.hasPrefix(".") || known.contains(name) || ignored.contains(name), "\(name)")
        }
    }

    @Test func thereAreNoPackageDependencies() throws {
        let package = SwiftText(try Repository.bytes(Repository.root + "/Package.swift"))
        for line in package.codeLines { #expect(!line.contains(".package(")) }
    }

    @Test func commentsAndStringsAreNoCode() throws {
        let source = ##"""
            func a() { // print( {
                let b = "print( } \(c(")") + "}") {" /* try! /* { */ } */
                let d = #"" print( \#(e) "#
            }
            struct S {
                init?(x: Int) {
                }
                let f: (Int) -> Void = { _ in }
            }
            """##
        let text = SwiftText(Array(source.utf8))
        #expect(!text.codeLines.joined().contains("print"))
        #expect(!text.codeLines.joined().contains("try!"))
        #expect(text.functions.map(\.line) == [1, 6])
        #expect(text.functions.map(\.length) == [4, 2])
    }
}
