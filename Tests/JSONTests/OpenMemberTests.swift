import Bytes
import Testing

@testable import JSON

@Suite struct OpenMemberTests {
    @Test(arguments: [
        (#"{"id":1,"result":{"a":1,"b":[2]},"more":3}"#, "a=1 b=[2]"), (#"{"result":{}}"#, ""),
        (#"{"x":{"result":{"no":1}},"r\u0065sult":{"yes":1}}"#, "yes=1"),
        (#"{"result":[1,{"c":2}],"more":[3]}"#, #"1 {"c":2}"#), (#"{"result":[]}"#, ""),
    ])
    func itsMembersAreIteratedOver(text: String, members: String) throws {
        try withSlice(text) { slice in
            let open = try #require(slice.openMember("result"))
            let found =
                open.kind == .array
                ? open.elements.map(\.bytes.text)
                : open.members.map { "\($0.name.string ?? "")=\($0.value.bytes.text)" }
            #expect(found.joined(separator: " ") == members)
        }
    }

    @Test(arguments: ["{}", "[]", "1", #"{"result":null}"#, #"{"result":"{"}"#, #"{"other":{"result":{}}}"#])
    func thereIsNone(text: String) throws {
        try withSlice(text) { #expect($0.openMember("result").map(\.kind) == nil) }
    }

    private func withSlice(_ text: String, _ body: (JSONSlice) throws -> Void) throws {
        let buffer = ByteBuffer(text.utf8)
        try withExtendedLifetime(buffer) {
            var scanner = JSONScanner(buffer.bytes)
            try body(try scanner.text())
        }
    }
}
