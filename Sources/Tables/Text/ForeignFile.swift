import Bytes

/// What people give in place of a table.
enum ForeignFile {
    /// What a file is and what to do instead, if it can't be a table.
    static func advice(_ file: Bytes) -> String? {
        guard let kind = kind(file) else { return nil }
        return "this is \(kind), not a table as text: \(wayOut(kind))"
    }

    private static func wayOut(_ kind: String) -> String {
        switch kind {
        case workbook, oldWorkbook: "open it in the spreadsheet program and save it as \"CSV UTF-8\""
        default: "save the table as CSV (in a spreadsheet program: \"CSV UTF-8\") and give that file"
        }
    }

    private static let workbook = "a workbook (.xlsx, .ods) or another ZIP archive"
    private static let oldWorkbook = "an old workbook (.xls) or another Office file"

    private static func kind(_ file: Bytes) -> String? {
        for (start, kind) in signatures where file.starts(with: start) { return kind }
        let text = file.prefix(4096).drop { $0.isSpace }
        if text.first == UInt8(ascii: "{") { return text.dropFirst().first == 0x5C ? "rich text (.rtf)" : "JSON" }
        if text.first == UInt8(ascii: "[") {
            let next = text.dropFirst().first { !$0.isSpace }
            if let next, next.isDigit || "[{\"]".utf8.contains(next) { return "JSON" }
        }
        if text.first == UInt8(ascii: "<"), let next = text.dropFirst().first {
            if next == UInt8(ascii: "?") { return "XML" }
            if next == UInt8(ascii: "!") || next.isAlphanumeric { return "HTML or XML" }
        }
        return nil
    }

    private static let signatures: [([UInt8], String)] = [
        (Array("PK".utf8) + [3, 4], workbook), (Array("PK".utf8) + [5, 6], workbook),
        ([0xD0, 0xCF, 0x11, 0xE0], oldWorkbook),
        (Array("%PDF".utf8), "a PDF"), ([0x1F, 0x8B], "a compressed file"),
        ([0xFF, 0xFE, 0, 0], "text in UTF-32"), ([0, 0, 0xFE, 0xFF], "text in UTF-32"),
    ]

    /// What to say of a text with NUL bytes.
    static let binary =
        "there are NUL bytes, so this is not a table as text: "
        + "save the table as CSV (in a spreadsheet program: \"CSV UTF-8\") and give that file"
}
