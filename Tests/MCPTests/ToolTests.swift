import Bytes
import EngagementAPI
import JSON
import Testing

@testable import MCP

/// Every entry of the method table as a tool.
struct ToolTests {
    @Test(arguments: [
        ("engagement.get", "engagement_get"), ("engagement.replaceContacts", "engagement_replace_contacts"),
        ("transcriptComment.list", "transcript_comment_list"), ("contact.setCRM", "contact_set_c_r_m"),
    ])
    func namesAreTheMethods(method: String, tool: String) { #expect(Tool.name(of: method) == tool) }

    @Test(arguments: Method.all)
    func clientsTakeEveryTool(method: Method) throws {
        guard let tool = Tool(method) else {
            #expect(!method.isRemote || method.availability != .listed)
            return
        }
        #expect(tool.name.wholeMatch(of: /[a-z][a-z0-9_]{0,39}/) != nil, "\(tool.name)")
        #expect(!tool.title.hasSuffix(".") && tool.description.count > 30 && tool.description.hasSuffix("."))
        for scope in method.scopes { #expect(tool.description.contains(scope)) }
        // A model knows tools, not methods.
        #expect(!Method.all.contains { tool.description.contains($0.name) }, "\(tool.description)")
        for revision in Revision.allCases {
            let entry = try text { tool.write(revision, to: &$0) }
            try read(entry) { root in
                let input = root.member("inputSchema")
                let required = input?.member("required")?.elements.compactMap(\.string) ?? []
                #expect(required == method.parameters.filter(\.isRequired).map(\.name))
                #expect(input?.member("type")?.string == "object")
                #expect(input?.member("additionalProperties")?.bool == false)
                let names = input?.member("properties")?.members.compactMap(\.name.string) ?? []
                let own = method.parameters.filter { !$0.isOptions }.map(\.name)
                #expect(names == own + (method.clearing.map { [$0.name] } ?? []))
                for keyword in ["oneOf", "anyOf", "allOf", "$ref", "$defs"] as [StaticString] {
                    #expect(input?.member(keyword) == nil)
                }
                #expect((root.member("outputSchema") != nil) == revision.hasStructuredContent)
                #expect(root.member("outputSchema")?.member("additionalProperties") == nil)
                #expect((root.member("title") != nil) == revision.hasTitles)
                let hints = root.member("annotations")?.members.compactMap(\.name.string) ?? []
                #expect(hints.count == (revision.hasAnnotations ? 5 : 0))
                if revision.hasAnnotations {
                    #expect(root.member("annotations")?.member("readOnlyHint")?.bool == !method.isWrite)
                    #expect(root.member("annotations")?.member("openWorldHint")?.bool == true)
                }
            }
        }
    }

    @Test func noTwoToolsHaveOneName() {
        let names = Tool.all(Method.all).map(\.name)
        #expect(Set(names).count == names.count && !names.isEmpty)
    }
}

/// What `write` writes, as text.
func text(_ write: (inout JSONWriter) -> Void) throws -> String {
    let buffer = ByteBuffer()
    var json = JSONWriter(buffer)
    write(&json)
    return withExtendedLifetime(buffer) { buffer.bytes.text }
}

/// Reads `text`, which must be JSON, and hands the value to `body`.
func read<Value>(_ text: String, _ body: (JSONSlice) throws -> Value) throws -> Value {
    let buffer = ByteBuffer(Array(text.utf8))
    return try withExtendedLifetime(buffer) {
        var scanner = JSONScanner(buffer.bytes)
        return try body(try scanner.text())
    }
}
