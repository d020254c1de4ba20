import Bytes
import Foundation
import HTTP
import JSON
import JSONRPC
import Testing

@testable import EngagementAPI

@Suite struct MethodTableTests {
    /// The rules that every entry keeps, whatever is added.
    @Test(arguments: Method.all.map(\.name))
    func everyEntry(name: String) throws {
        let method = try #require(Method.all.first { $0.name == name })
        #expect(method.summary.hasSuffix(".") && method.summary.count <= 100)
        #expect(method.detail.isEmpty || method.detail.hasSuffix("."))
        #expect(!method.result.isEmpty)
        #expect(Set(method.parameters.map(\.name)).count == method.parameters.count)
        #expect(method.parameters.count <= 64, "binding counts them in a word")
        for parameter in method.parameters {
            #expect(parameter.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(parameter.name)")
            #expect(parameter.summary.hasSuffix("."), "\(parameter.name)")
            if parameter.place == .path { #expect(parameter.isRequired) }
            #expect(parameter.kind.choices.count <= 64)
        }
        guard case .http(let verb, let path, let repeatability) = method.action else {
            return #expect(method.subject == nil, "each of its requests has its own")
        }
        let names = method.parameters.filter { $0.place == .path }.map(\.name)
        let inPath = path.matches(of: /\{([a-z_]+)\}/).map { String($0.1) }
        #expect(Set(inPath) == Set(names), "\(path)")
        #expect(path.hasPrefix("/") && !path.contains(".."))
        // What is about the resource in the path says so by its own id, or by that of what it belongs to.
        let members = ResultType.all.first { $0.name == method.result }?.members.map(\.name) ?? []
        let isAboutOne = !inPath.isEmpty && !members.contains("data")
        let expected = members.first { inPath.contains($0) } ?? (members.contains("id") ? "id" : nil)
        #expect(method.subject.map { "\($0.name)" } == (isAboutOne ? expected : nil))
        if method.availability == .listed {
            #expect(method.parameters.contains { $0.name == "options" && $0.isOptions }, "each call can be limited")
            #expect(path.hasPrefix("/v2/") && !method.scopes.isEmpty)
            #expect((verb == .get) == (repeatability == .read))
            #expect(method.isWrite == (verb != .get))
            if verb == .put || verb == .delete { #expect(repeatability == .replace) }
            if verb == .patch { #expect(repeatability == .once) }
            #expect(verb != .get || !method.parameters.contains { $0.place == .body })
            #expect(method.scopes.contains { $0.hasSuffix(method.isWrite ? ":write" : ":read") })
            // A required parameter before the optional ones, so that an array can leave those out.
            let required = method.parameters.map(\.isRequired)
            #expect(required == required.sorted { $0 && !$1 })
        } else {
            #expect(!method.isWrite, "only the API's own methods are writes")
        }
    }

    /// Everything that is required is asked for by name, and nothing is sent without.
    /// A kind that has no place where the table puts it would end the process at the first call with a value.
    @Test(arguments: Method.all.flatMap(\.parameters))
    func everyKindTakesAValueInItsPlace(parameter: Parameter) {
        for text in ["null", "1", "true", #""a""#, "[]", "[1]", "{}", #"{"a": 1}"#] {
            let buffer = ByteBuffer(text.utf8)
            withExtendedLifetime(buffer) {
                let value = JSONSlice(checked: buffer.bytes)
                var (query, terms) = (QueryString(ByteBuffer()), CallTerms())
                switch parameter.place {
                case .path: #expect(parameter.takes(id: "") == false)
                case .query: try? parameter.kind.appendQuery(value, name: parameter.name, to: &query, &terms)
                case .body: try? parameter.kind.append(value, at: parameter.name, to: ByteBuffer())
                case .local: try? parameter.kind.limit(&terms, by: value, at: parameter.name)
                }
                for field in (parameter.kind as? FilterObjectKind)?.fields ?? [] {
                    for comparison in field.kind.comparisons {
                        try? field.kind.append(value, comparison, at: "a", as: "a", to: &query)
                    }
                }
            }
        }
    }

    @Test(arguments: Method.all.filter(\.isRemote).map(\.name))
    func everyRequiredParameterIsRequired(name: String) throws {
        let entry = try #require(MethodTable(sandbox: true).entries.first { $0.method.name == name })
        let first = entry.method.parameters.first(where: \.isRequired)
        for params in [nil, "{}", "[]", "null", "[null]"] {
            let bound = bind(entry, params)
            if let first {
                #expect(bound == .refused(field: first.name, code: "required"), "\(params ?? "nothing")")
            } else if params != "[null]" {
                guard case .request = bound else { return #expect(Bool(false), "\(bound)") }
            }
        }
        guard case .refused(_, let code) = bind(entry, #"{"no_such_name":1}"#) else { return #expect(Bool(false)) }
        #expect(code == "unknown_parameter")
    }

    @Test func lookingUp() throws {
        let table = MethodTable()
        func find(_ json: String) -> String? {
            var json = json
            return json.withUTF8 { bytes in
                var scanner = JSONScanner(Bytes(bytes))
                return (try? scanner.text()).flatMap { table.entry(named: $0)?.method.name }
            }
        }
        #expect(find(#""engagement.get""#) == "engagement.get")
        #expect(find(#""engagement\u002eget""#) == "engagement.get")
        for name in [
            #""engagement.Get""#, #""""#, #""engagement.get ""#, #""engagement.get\u0000""#, #""__proto__""#,
            #""constructor""#, #""\u0435ngagement.get""#, #""\ud800""#, "1", "null", #""sandbox.reset""#,
        ] {
            #expect(find(name) == nil, "\(name)")
        }
        for method in Method.all where method.availability != .sandbox {
            #expect(find("\"\(method.name)\"") == method.name)
        }
    }

    @Test(arguments: [
        ("*", "engagement.get", true), ("engagement.*", "engagement.get", true), ("engagement.*", "contact.get", false),
        ("engagement.get", "engagement.get", true), ("engagement.get", "engagement.getAll", false), ("", "x", false),
        ("*.get", "engagement.get", false), ("engagement.get*", "engagement.get", true),
    ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(MethodTable.Filter.matches(pattern, name) == matches)
    }

    @Test func filters() {
        let readOnly = MethodTable(filter: .init(isReadOnly: true))
        #expect(readOnly.listed.allSatisfy { !$0.isWrite })
        #expect(readOnly.entries.contains { $0.method.isWrite && !$0.isAllowed }, "known, and refused")
        let none = MethodTable(filter: .init(patterns: []))
        #expect(none.listed.allSatisfy { !$0.isRemote } && none.listed.contains { $0.name == "rpc.discover" })
        let one = MethodTable(filter: .init(patterns: ["engagement.get"]), sandbox: true)
        #expect(one.listed.filter { $0.isRemote && $0.availability == .listed }.map(\.name) == ["engagement.get"])
        #expect(one.listed.contains { $0.name == "sandbox.fail" })
        // Both at once: a pattern lifts nothing that read-only forbids.
        let both = MethodTable(filter: .init(isReadOnly: true, patterns: ["*"]))
        #expect(both.listed.allSatisfy { !$0.isWrite })
        let failure = MethodTable.notAllowed(Method.all.first { $0.isWrite } ?? Method.all[0])
        #expect(failure.code == 1007 && failure.applied == "no" && failure.attempts == 0)
    }

    @Test func unknownNamesGetAHint() {
        func message(_ name: String) -> String {
            var text = "\"\(name)\""
            return text.withUTF8 { bytes in
                var scanner = JSONScanner(Bytes(bytes))
                return (try? scanner.text()).map { MethodTable().unknown($0).message } ?? ""
            }
        }
        #expect(message("engagement.gte").contains("Did you mean engagement.get?"))
        #expect(message("nothing.like.it").contains("rpc.discover"))
        #expect(message(String(repeating: "x", count: 100_000)).count < 200)
    }

    // MARK: OpenRPC

    private func document(_ methods: [Method]) throws -> [String: Any] {
        let out = ByteBuffer()
        OpenRPC.append(methods, version: "1.2.3", to: out)
        return try #require(try foundationValue(out.bytes) as? [String: Any])
    }

    @Test(arguments: [false, true])
    func theDocumentNamesEveryMethod(sandbox: Bool) throws {
        let listed = MethodTable(sandbox: sandbox).listed
        let document = try document(listed)
        let methods = try #require(document["methods"] as? [[String: Any]])
        #expect(methods.map { $0["name"] as? String } == listed.map(\.name))
        for (written, method) in zip(methods, listed) {
            let params = try #require(written["params"] as? [[String: Any]])
            #expect(params.map { $0["name"] as? String } == method.parameters.map(\.name))
            #expect(params.map { $0["required"] as? Bool } == method.parameters.map(\.isRequired))
            #expect(params.allSatisfy { $0["schema"] is [String: Any] && $0["description"] is String })
            #expect(((written["result"] as? [String: Any])?["schema"]) is [String: Any])
        }
    }

    @Test func theDocumentTypesEveryCall() throws {
        let listed = MethodTable().listed
        let methods = try #require(try document(listed)["methods"] as? [[String: Any]])
        let types = Set(ResultType.all.map(\.name))
        for (written, method) in zip(methods, listed) where method.address != nil {
            let http = try #require(written["x-http"] as? [String: String])
            let address = try #require(method.address)
            #expect(http == ["method": address.verb, "path": address.path, "source": method.source.rawValue])
            #expect(written["x-scopes"] as? [String] == method.scopes && !method.scopes.isEmpty)
            #expect(types.contains(method.result), "\(method.name)")
            let errors = try #require(written["errors"] as? [[String: Any]])
            let codes = Set(errors.compactMap { $0["code"] as? Int })
            #expect(codes.isSuperset(of: [-32602, 1001, 1004, 401, 403, 429, 500]), "\(method.name)")
            #expect(codes.contains(404) == (method.parameters.first?.place == .path), "\(method.name)")
            for error in errors {
                let data = try #require(error["data"] as? [String: String])
                #expect(data["kind"] == error["message"] as? String && data["when"]?.hasSuffix(".") == true)
            }
            #expect((written["examples"] as? [Any])?.count == 1 || method.name == "engagement.undo", "\(method.name)")
        }
        let names = methods.filter { ($0["x-http"] as? [String: String])?["source"] == "inferred" }
        #expect(
            Set(names.compactMap { $0["name"] as? String }) == [
                "engagement.replaceContacts", "engagement.addContacts", "engagement.removeContacts", "engagement.undo",
                "engagement.replaceTags", "engagement.getTimeline", "tag.get", "tag.update", "contact.merge",
            ])
    }

    /// What a fresh sandbox answers to each example is another test's to compare.
    @Test func examplesAreParamsOfTheirMethods() throws {
        for entry in MethodTable().entries {
            guard let example = entry.method.example else { continue }
            let text = ByteBuffer(text: example)
            try withExtendedLifetime(text) {
                var scanner = JSONScanner(text.bytes)
                _ = try entry.bind(try scanner.text(), target: ByteBuffer(), body: ByteBuffer())
            }
        }
    }

    /// Every `$ref` in the document leads somewhere.
    @Test func referencesLead() throws {
        let document = try document(MethodTable(sandbox: true).listed)
        var seen = 0
        func walk(_ value: Any) throws {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    seen += 1
                    var target: Any = document
                    for step in reference.dropFirst(2).split(separator: "/") {
                        target = try #require((target as? [String: Any])?[String(step)], "\(reference)")
                    }
                }
                for member in object.values { try walk(member) }
            } else if let array = value as? [Any] {
                for element in array { try walk(element) }
            }
        }
        try walk(document)
        #expect(seen > 0)
    }

    /// Against OpenRPC's own schema, when it is there and Python has jsonschema.
    @Test(arguments: [false, true])
    func theDocumentIsValidOpenRPC(sandbox: Bool) throws {
        guard shared("data/openrpc-1.3.json") != nil else { return }
        let out = ByteBuffer()
        OpenRPC.append(MethodTable(sandbox: sandbox).listed, version: "1.2.3", to: out)
        let file = FileManager.default.temporaryDirectory.appending(path: "openrpc-\(UUID().uuidString).json")
        try Data(out.bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let schema = root.deletingLastPathComponent().appending(path: "shared/data/openrpc-1.3.json").path
        let script = """
            import json, sys
            try:
                import jsonschema
            except ImportError:
                sys.exit(77)
            schema = json.load(open(sys.argv[1]))
            # It stands for "any JSON Schema" by an address; here is that schema itself.
            schema["definitions"]["JSONSchema"] = jsonschema.Draft7Validator.META_SCHEMA
            validator = jsonschema.Draft7Validator(schema)
            found = [e.message for e in validator.iter_errors(json.load(open(sys.argv[2])))]
            print(found)
            sys.exit(1 if found else 0)
            """
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-W", "ignore", "-c", script, schema, file.path]
        try python.run()
        python.waitUntilExit()
        if python.terminationStatus == 77 || python.terminationStatus == 127 {
            return print("skipped: Python has no jsonschema")
        }
        #expect(python.terminationStatus == 0)
    }
}
