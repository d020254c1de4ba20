import JSON
import Testing

/// What is shown of text from outside.
@Suite struct ShownTextTests {
    private static let mark = "\u{301}"

    private static func marks(_ count: Int, and more: String = "") -> String {
        String(repeating: mark + more, count: count)
    }

    private static let texts: [(String, String)] = [
        ("", ""), ("plain, \"quoted\" \\", "plain, \"quoted\" \\"), ("é 漢字 한국어 हिन्दी ไทย", "é 漢字 한국어 हिन्दी ไทย"),
        ("a\nb\r\u{85}\u{2028}c", "a\\u{a}b\\u{d}\\u{85}\\u{2028}c"),
        ("\u{1B}[2J\u{7}\u{9B}31m", "\\u{1b}[2J\\u{7}\\u{9b}31m"),
        ("\u{202E}\u{2066}\u{61C}\u{200F}", "\\u{202e}\\u{2066}\\u{61c}\\u{200f}"),
        ("a\u{2060}b\u{AD}c\u{180E}d\u{200B}e\u{FEFF}", "a\\u{2060}b\\u{ad}c\\u{180e}d\\u{200b}e\\u{feff}"),
        ("\u{3164}\u{115F}\u{FFA0}\u{34F}", "\\u{3164}\\u{115f}\\u{ffa0}\\u{34f}"),
        ("ok\u{E0041}\u{E007F}", "ok\\u{e0041}\\u{e007f}"),
        // A variation selector is shown as it is where text has one, once.
        ("❤\u{FE0F} 1\u{FE0F}\u{20E3} 葛\u{E0100}", "❤\u{FE0F} 1\u{FE0F}\u{20E3} 葛\u{E0100}"),
        ("a\u{FE0F}", "a\\u{fe0f}"), ("❤\u{FE0F}\u{FE01}\u{FE0F}", "❤\u{FE0F}\\u{fe01}\\u{fe0f}"),
        ("😀\u{E0101}\u{E0150}", "😀\\u{e0101}\\u{e0150}"),
        // Marks are as many as languages pile up.
        ("שָׁ֑לוֹם e\(marks(6))x", "שָׁ֑לוֹם e\(marks(6))x"),
        ("e\(marks(50_000))xé", "e\(marks(6))…xé"),
        ("e\(marks(3, and: "\u{200D}"))", "e\(marks(3, and: "\\u{200d}"))"),
    ]

    @Test(arguments: texts)
    func shown(text: String, expected: String) {
        #expect(text.printable.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(text.printable)")
        #expect(text.printable.printable == text.printable, "what was shown once stays")
    }

    /// An escape between them makes no new character to pile marks on.
    @Test func aFloodIsOneWhateverStandsInIt() {
        let flood = "e" + String(repeating: Self.mark + "\u{200D}", count: 100)
        #expect(flood.printable.unicodeScalars.count { $0 == "\u{301}" } == ShownText.markLimit)
    }

    @Test func linesStay() {
        #expect("a\u{202E}\n\n  b\r".printableLines == "a\\u{202e}\n\n  b\\u{d}")
    }
}
