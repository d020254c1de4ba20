import Bytes
import Testing

@testable import LSP

/// What is typed behind the beginning of an id, in every script.
@Suite struct CompletionContextTests {
    private static func context(_ before: String, _ behind: String) -> (TextDocument, CompletionContext?) {
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: before + behind))
        return (document, CompletionContext.before(before.utf8.count, in: document, isAttendees: false))
    }

    /// What is before the cursor, the rest of the word, and the query.
    private static let words = [
        ("cnt_bjö", "", "bjö"), ("cnt_björn", "", "björn"), ("cnt_bj", "örn", "bj"), ("cnt_", "Östen", ""),
        ("cnt_bjo\u{308}", "rn", "bjo\u{308}"), ("cnt_bjo", "\u{308}rn", "bjo"), ("cnt_chloé", "", "chloé"),
        ("ngmt_kün", "digung", "kün"), ("ngmt_北京", "数据", "北京"), ("cmp_café", "", "café"),
        ("cnt_Ив", "ан", "Ив"), ("usr_हि", "न्दी", "हि"), ("ngmt_二〇", "二四", "二〇"),
        // A mark that stands on the underscore, and a joiner in a Persian name.
        ("cnt_\u{308}a", "", "\u{308}a"), ("cnt_\u{645}\u{6CC}\u{200C}", "\u{631}", "\u{645}\u{6CC}\u{200C}"),
        ("cnt_ad", "am", "ad"),
    ]

    @Test(arguments: words)
    func lettersOfEveryScriptBelongToIt(_ typed: String, _ rest: String, _ query: String) throws {
        for (head, tail) in [("", ""), ("é 😀 ", " ö"), ("“", "”"), ("ö,", "-ö"), ("。", "。")] {
            let (document, found) = Self.context(head + typed, rest + tail)
            let context = try #require(found, "\(head)\(typed)")
            #expect(context.query.utf8.elementsEqual(query.utf8) && context.typed.utf8.elementsEqual(typed.utf8))
            let start = head.utf8.count
            #expect(context.range == start..<start + (typed + rest).utf8.count, "\(head)\(typed)")
            let (units, length) = (head.utf16.count, (typed + rest).utf16.count)
            let range = TextRange(
                TextPosition(line: 0, character: units), TextPosition(line: 0, character: units + length))
            #expect(document.range(of: context.range, .utf16) == range, "\(head)\(typed)")
        }
    }

    @Test func letterCountsNotTheirBytes() {
        let name = String(repeating: "京", count: ResourceID.lengthLimit - 4)
        #expect(Self.context("ngmt_" + name, "").1?.query == name)
        #expect(Self.context("ngmt_" + name + "京京", "").1 == nil)
    }

    private static let others = [
        "écnt_a", "e\u{301}cnt_a", "北cnt_a", "cnt_bjö-b", "cnt_bjö_b", "cnt_bjö b", "cnt_bj😀", "cnt_«a", "cnt_北。",
        "tag_ö", "ö",
    ]

    @Test(arguments: others) func nothingOfOursIsTyped(_ text: String) {
        #expect(Self.context(text, "").1 == nil)
    }
}
