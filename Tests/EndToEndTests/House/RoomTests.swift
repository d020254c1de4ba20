import Foundation
import TestSupport
import Testing

/// The rooms of the service: what changes in one is touched by the file that declares it, and by no other.
///
/// Of a public structure, which is what the module is told from outside, the members are for all to read; so are
/// constants, which are what rooms hand to each other.
@Suite
struct RoomTests {
    struct Property: CustomStringConvertible {
        let type: String
        let name: String
        let file: String
        let isPrivate: Bool
        /// The files that say its name as that of a member, the declaring one among them.
        var touchedBy: [String] = []
        var description: String { "\(type).\(name)" }
    }

    private func sources() throws -> [(name: String, lines: [String])] {
        let folder = Repository.root + "/Sources/Service"
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
        return try names.sorted().map { name in
            (name, SwiftText(try Repository.bytes(folder + "/" + name)).codeLines)
        }
    }

    /// The stored variables of the types in a file.
    static func variables(in lines: [String], file: String) -> [Property] {
        var found: [Property] = []
        // What each open brace belongs to: a type's name, or nil.
        var braces: [String?] = []
        var isExempt = false
        for line in lines {
            if let type = braces.last ?? nil, let match = line.firstMatch(of: /^\s*([a-z()@ ]*)\bvar (\w+)/) {
                let words = match.1
                let isComputed = line.contains(/\{/) && !line.contains(/=.*\{/) && !line.contains("didSet")
                if !isComputed, !words.contains("static"), !isExempt {
                    let isPrivate = words.contains("private") && !words.contains("private(set)")
                    // What a private type has, nobody else can name.
                    found.append(
                        Property(
                            type: type, name: String(match.2), file: file,
                            isPrivate: isPrivate || type.hasPrefix("private ")))
                }
            }
            for (index, character) in line.enumerated() where character == "{" || character == "}" {
                if character == "}" {
                    _ = braces.popLast()
                    continue
                }
                let head = String(line.prefix(index))
                let match = head.firstMatch(of: /\b(class|struct|enum|actor) (\w+)[^{}]*$/)
                let isPrivate = head.contains(/\b(file)?private\b/)
                if match?.1 == "struct" || match?.1 == "class" { isExempt = head.contains("public struct") }
                braces.append(match.map { (isPrivate ? "private " : "") + $0.2 })
            }
        }
        return found
    }

    private func table() throws -> [Property] {
        let files = try sources()
        var table = files.flatMap { Self.variables(in: $0.lines, file: $0.name) }
        for index in table.indices {
            let property = table[index]
            guard !property.isPrivate else {
                table[index].touchedBy = [property.file]
                continue
            }
            let pattern = try Regex(#"\.\#(property.name)\b"#)
            table[index].touchedBy =
                files.filter { file in
                    file.name == property.file || file.lines.contains { $0.firstMatch(of: pattern) != nil }
                }.map(\.name)
        }
        return table
    }

    @Test func whatChangesInARoomIsTouchedThereOnly() throws {
        let table = try table()
        #expect(table.count > 60)
        var lines = ["", "stored variables of Service, and the files that touch each"]
        for (file, properties) in Dictionary(grouping: table, by: \.file).sorted(by: { $0.key < $1.key }) {
            lines.append("\(file): " + properties.map { "\($0.name) \($0.touchedBy.count)" }.joined(separator: ", "))
        }
        print(lines.joined(separator: "\n"))
        for property in table {
            #expect(property.touchedBy == [property.file], "\(property) is touched by \(property.touchedBy)")
        }
    }

    @Test func theTableSeesWhatIsStored() {
        let text = """
            final class A {
                private var a = 1
                private(set) var b: Int? = nil
                var c: Int { a }
                let d = 2
                static var e = 3
                private lazy var f = { 4 }()
                struct B { var g = 5 }
                func h() { var i = 6 }
                private final class C {
                    var j = 7
                }
            }
            public struct D {
                public var k = 8
            }
            """
        let lines = text.split(separator: "\n").map(String.init)
        let found = Self.variables(in: lines, file: "x").map { "\($0) \($0.isPrivate)" }
        #expect(found == ["A.a true", "A.b false", "A.f true", "private C.j true"])
    }
}
