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

    /// The files of these targets, or of all, by their path in there.
    private func sources(of targets: Set<String>?) throws -> [(name: String, text: SwiftText)] {
        try SourceFile.all().filter { $0.isSource && targets?.contains($0.target) != false }.map {
            (String($0.path.dropFirst("Sources/\($0.target)/".count)), $0.text)
        }
    }

    /// A line in the body of a type that declares a variable or a constant.
    private struct Member {
        let type: String
        let isOfClass: Bool
        /// Whether the type is what the module is told from outside.
        let isPublicStruct: Bool
        let line: String
        let words: String
        let isConstant: Bool
        let name: String
        /// What follows the name.
        let rest: String

        // What a private type has, nobody else can name.
        var isPrivate: Bool {
            words.contains("private") && !words.contains("private(set)") || type.hasPrefix("private ")
        }
        var isComputed: Bool { line.contains(/\{/) && !line.contains(/=.*\{/) && !line.contains("didSet") }
    }

    private static func members(in lines: [String]) -> [Member] {
        var found: [Member] = []
        // What each open brace belongs to: a type, or nil.
        var braces: [(name: String, isClass: Bool)?] = []
        var isPublicStruct = false
        // A literal is compiled where it stands, each time.
        let declaration = /^\s*([a-z()@ ]*)\b(var|let) (\w+)(.*)/
        let owner = /\b(class|struct|enum|actor) (\w+)[^{}]*$/
        for line in lines {
            if let type = braces.last ?? nil, let match = line.firstMatch(of: declaration),
                !match.1.contains("static")
            {
                found.append(
                    Member(
                        type: type.name, isOfClass: type.isClass, isPublicStruct: isPublicStruct, line: line,
                        words: String(match.1), isConstant: match.2 == "let", name: String(match.3),
                        rest: String(match.4)))
            }
            for (index, character) in line.enumerated() where character == "{" || character == "}" {
                if character == "}" {
                    _ = braces.popLast()
                    continue
                }
                let head = String(line.prefix(index))
                let match = head.firstMatch(of: owner)
                let isPrivate = head.contains(/\b(file)?private\b/)
                if match?.1 == "struct" || match?.1 == "class" { isPublicStruct = head.contains("public struct") }
                braces.append(match.map { ((isPrivate ? "private " : "") + $0.2, $0.1 == "class") })
            }
        }
        return found
    }

    /// The stored variables of the types in a file.
    static func variables(in lines: [String], file: String) -> [Property] {
        members(in: lines).filter { !$0.isConstant && !$0.isComputed && !$0.isPublicStruct }.map {
            Property(type: $0.type, name: $0.name, file: file, isPrivate: $0.isPrivate)
        }
    }

    /// The classes in a file that have stored variables.
    static func mutableClasses(in lines: [String]) -> Set<String> {
        let names = members(in: lines).filter { $0.isOfClass && !$0.isConstant && !$0.isComputed }.map(\.type)
        return Set(names.map { $0.replacing("private ", with: "") })
    }

    /// The constants of the types in a file that refer to an object of one of these classes.
    static func references(to classes: Set<String>, in lines: [String], file: String) -> [Property] {
        members(in: lines).filter { member in
            let type =
                member.rest.firstMatch(of: /^\s*:\s*(?:any )?(?:\w+\.)?(\w+)\??/)?.1
                ?? member.rest.firstMatch(of: /^\s*=\s*(?:\w+\.)?(\w+)\(/)?.1
            return member.isConstant && type.map { classes.contains(String($0)) } == true
        }.map { Property(type: $0.type, name: $0.name, file: file, isPrivate: $0.isPrivate) }
    }

    private func table() throws -> [Property] {
        let files = try sources(of: ["Service"])
        let named = files.map { (file: $0.name, members: Set($0.text.names.filter(\.isMember).map(\.text))) }
        return files.flatMap { Self.variables(in: $0.text.codeLines, file: $0.name) }.map { property in
            var property = property
            property.touchedBy =
                named.filter {
                    $0.file == property.file || !property.isPrivate && $0.members.contains(property.name)
                }.map(\.file)
            return property
        }
    }

    /// The constants through which an object can be changed from another file. A file counts when it names the constant
    /// behind a dot, and the type that has it or a variable called like that.
    private func sharedObjects() throws -> [Property] {
        let all = try sources(of: nil)
        let classes = all.reduce(into: Set<String>()) {
            $0.formUnion(Self.mutableClasses(in: $1.text.codeLines))
        }
        let named = try sources(of: ["Service", "HTTP", "Runtime"]).map { file in
            let names = file.text.names
            return (
                file: file.name, words: Set(names.map(\.text)), members: Set(names.filter(\.hasOwner).map(\.text))
            )
        }
        let found = try sources(of: ["Service", "HTTP"]).flatMap {
            Self.references(to: classes, in: $0.text.codeLines, file: $0.name)
        }
        return found.filter { !$0.isPrivate }.map { property in
            var property = property
            let variable = property.type.prefix(1).lowercased() + property.type.dropFirst()
            property.touchedBy =
                named.filter {
                    $0.file == property.file
                        || $0.members.contains(property.name)
                            && ($0.words.contains(property.type) || $0.words.contains(variable))
                }.map(\.file)
            return property
        }.filter { $0.touchedBy.count > 1 }
    }

    /// What is handed on by reference, and who may change it when.
    private static let handedOn: [String: String] = [
        "APIRequest.target": "its call's, written while params are bound and read from then on",
        "AttemptCourse.request": "its procedure's, which changes it for the next call only",
        "CallResult.exchange": "over: the token is written over in its fields, then it is read",
        "CallResult.members": "made for this result and read",
        "Exchange.body": "the exchange's alone from its beginning on; its receiver's once it is over",
        "HTTPRequest.body": "its call's, read by the transport",
        "HTTPRequest.target": "its call's, read by the transport",
        "Invocation.holder": "the dialect's, which made it; it lives until the call has begun",
    ]

    @Test func objectsThatChangeAreSharedByNameOnly() throws {
        let shared = try sharedObjects()
        var lines = ["", "constants that refer to an object that changes, and the files that name each"]
        for property in shared {
            lines.append("\(property) (\(property.file)): " + property.touchedBy.joined(separator: ", "))
        }
        print(lines.joined(separator: "\n"))
        #expect(shared.count > 4)
        for property in shared {
            #expect(Self.handedOn["\(property)"] != nil, "\(property) is named by \(property.touchedBy)")
        }
        for name in Self.handedOn.keys {
            #expect(shared.contains { "\($0)" == name }, "\(name) is shared no more")
        }
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

    @Test func theTableSeesWhatRefersToAnObjectThatChanges() {
        let text = """
            final class A {
                private(set) var a = 1
            }
            final class B {
                let a: A
                let b: A?
                private let c = A()
                let d: any M.A
                let e: B
                let f = 2
                var g: A { a }
            }
            private struct C {
                let h = M.A(1)
            }
            """
        let lines = text.split(separator: "\n").map(String.init)
        let classes = Self.mutableClasses(in: lines)
        let found = Self.references(to: classes, in: lines, file: "x").map { "\($0) \($0.isPrivate)" }
        #expect(classes == ["A"])
        #expect(found == ["B.a false", "B.b false", "B.c true", "B.d false", "private C.h true"])
    }
}
