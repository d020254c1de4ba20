import TestSupport
import Testing

/// Names: a reader who sees one knows which thing it is, and a call says what its arguments are.
@Suite
struct NameTests {
    /// Names of Foundation that a file which imports it can't use for anything else.
    private static let foundation: Set = [
        "Bundle", "Data", "Date", "Formatter", "Host", "Locale", "Notification", "Operation", "Pipe", "Port", "Process",
        "Progress", "Scanner", "Stream", "Thread", "Timer", "Unit", "URL",
    ]

    @Test func noTwoTypesOfOneNameAreSeenFromOneFile() throws {
        let files = try SourceFile.declared()
        #expect(files.count > 100)
        let modules = Dictionary(grouping: files, by: \.file.target)
        for (file, declarations) in files {
            var seen: [String: Set<String>] = [:]
            for other in modules[file.target] ?? [] {
                for type in other.declarations.types where !type.isPrivate || other.file.path == file.path {
                    seen[type.name, default: []].insert(other.file.path)
                }
            }
            for module in declarations.imports {
                for other in modules[module] ?? [] {
                    for type in other.declarations.types where type.isShared {
                        seen[type.name, default: []].insert(other.file.path)
                    }
                }
            }
            if declarations.imports.contains("Foundation") {
                for name in Self.foundation { seen[name, default: []].insert("Foundation") }
            }
            for (name, places) in seen where places.count > 1 {
                Issue.record("\(file.path) sees \(name) in \(places.sorted())")
            }
        }
    }

    /// `Bytes` is another name for a type of the standard library, which is what its module is about.
    private static let mayBeNamedAsModules: Set = ["Bytes"]

    @Test func noTypeIsNamedAsAModule() throws {
        let files = try SourceFile.declared()
        let modules = Set(files.map(\.file.target))
        let allowed = Self.mayBeNamedAsModules
        for (file, declarations) in files {
            for type in declarations.types where modules.contains(type.name) && !allowed.contains(type.name) {
                Issue.record("\(file.path):\(type.line): \(type.name) is a module")
            }
        }
    }

    /// What libcurl calls has the parameters that libcurl gives.
    private static let calledByC: Set = ["receiveBody", "receiveHeader", "openGate", "watchSocket"]

    @Test func argumentsHaveLabels() throws {
        for (file, declarations) in try SourceFile.declared() {
            for function in declarations.functions where !Self.calledByC.contains(function.name) {
                let count = function.labels.count { $0 == "_" }
                #expect(
                    count <= 3, "\(file.path):\(function.line): \(function.name) has \(count) without labels")
            }
        }
    }

    /// They do one thing, whatever they are given, as the standard library's functions of these names do.
    private static let sameWhateverIsGiven: Set = ["append", "appendString", "equals", "member", "raw"]

    @Test func overloadsAreToldApartByLabels() throws {
        for (file, declarations) in try SourceFile.declared() {
            let named = declarations.functions.filter {
                $0.labels.contains("_") && $0.name.contains(/^\w+$/) && !Self.sameWhateverIsGiven.contains($0.name)
            }
            let groups = Dictionary(grouping: named) { "\($0.type).\($0.name)(\($0.labels.joined(separator: ":")))" }
            for (name, functions) in groups where functions.count > 1 {
                Issue.record("\(file.path): \(name) stands on lines \(functions.map(\.line))")
            }
        }
    }

    @Test func theTableSeesWhatIsDeclared() {
        let source = """
            public import Bytes
            @testable import JSON
            public struct A<B: C>: D where B.E == F {
                func a(_ b: Int, c d: (Int, Int) -> Void, _ e: [String: Int] = [:]) { b() }
                init?(_ a: Int,
                      b: Int) { self.init(a) }
                enum G {
                    func a() {}
                }
            }
            private final class H { }
            package typealias I = A
            extension A {
                static func + (left: A, right: A) -> A { left }
                func a(_ b: String, c d: Int, _ e: Int) where B: J { }
            }
            """
        let found = Declarations(SwiftText(Array(source.utf8)))
        #expect(found.imports == ["Bytes", "JSON"])
        #expect(found.types.map(\.name) == ["A", "H", "I"])
        #expect(
            found.types.map(\.isShared) == [true, false, true] && found.types.map(\.isPrivate) == [false, true, false])
        #expect(found.functions.map(\.name) == ["a", "init", "a", "+", "a"])
        #expect(found.functions.map(\.type) == ["A", "A", "A.G", "A", "A"])
        #expect(
            found.functions.map(\.labels) == [["_", "c", "_"], ["_", "b"], [], ["left", "right"], ["_", "c", "_"]])
    }
}
