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
        #expect(Int(lines.first ?? "").map { $0 < 26_000_000 } == true, "\(lines.first ?? "")")
        #expect(host.outputText.contains("libcurl.so.4") && !host.outputText.lowercased().contains("swift"))
    }
}
