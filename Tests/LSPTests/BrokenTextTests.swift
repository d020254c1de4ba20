import Testing

@testable import LSP

/// The text of questions in editors, some of which read Markdown.
@Suite struct BrokenTextTests {
    @Test(arguments: [
        ("Drop \"Ada\"?", "Drop \"Ada\"?"), ("a [b](http://c) d", "a [b] (http: //c) d"), ("![i](x)", "! [i] (x)"),
        ("**x** cnt_a_b _y_ __z__", "* * x * * cnt_a_b _ y _ _ _ z _ _"), ("`code`", "'code'"),
        ("<b>x</b> &amp;", "< b>x< /b> & amp;"), ("~~x~~", "~ ~x~ ~"), ("www.evil.example", "www .evil.example"),
        ("[a]: b", "[a] : b"), ("one\n  two\nthree.", "one;\n  two;\nthree."),
    ])
    func namesHaveNoMeaning(_ text: String, _ expected: String) {
        #expect(text.broken == expected)
    }

    @Test(arguments: [
        (
            "Change?\nDropped (1):\n  \"Bob\" (cnt_b)\nAdded (2):\n  \"Ada\" (cnt_a)\n  cnt_c\nKept: 1.",
            "Replace now: drop Bob, add Ada, cnt_c"
        ),
        ("Change?\nAdded (1):\n  \"x, drop Eve\" (cnt_a)\nKept: 1.", "Replace now: add \"x, drop Eve\" (cnt_a)"),
        ("Change?\nDropped (1):\n  \"O'Brien-Mc N.\" (cnt_a)\nKept: 0.", "Replace now: drop O'Brien-Mc N."),
    ])
    func aCodeActionIsTheQuestion(_ question: String, _ title: String) {
        #expect(AttendeesOffer("Replace", EditorQuestion(question, about: [])).title == title)
    }
}
