import Bytes
import EngagementAPI
import Sandbox

/// The kinds of settings, by their values. `place` is the option that a setting sets.
extension Setting {
    typealias Place<Value> = WritableKeyPath<Options, Value> & Sendable

    static func toggle(
        _ flag: String, hasVariable: Bool = true, _ place: Place<Bool>, _ summary: String
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, placeholder: nil, summary: summary,
            rule: "1, true, yes or on, or 0, false, no or off",
            set: { options, word in
                let text = word.text?.lowercased() ?? ""
                options[keyPath: place] = ["1", "true", "yes", "on"].contains(text)
                return options[keyPath: place] || ["0", "false", "no", "off"].contains(text)
            },
            show: { $0[keyPath: place] ? "on" : "off" })
    }

    static func number(
        _ flag: String, hasVariable: Bool = true, in range: ClosedRange<Int>, _ place: Place<Int>, _ summary: String
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, placeholder: "N", summary: summary,
            rule: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            set: { options, word in
                guard let text = word.text, text.utf8.allSatisfy(\.isDigit), let number = Int(text),
                    range.contains(number)
                else { return false }
                options[keyPath: place] = number
                return true
            },
            show: { "\($0[keyPath: place])" })
    }

    /// A number, with or without decimals.
    static func rate(_ flag: String, _ place: Place<Double?>, _ summary: String) -> Setting {
        Setting(
            flag, placeholder: "N", summary: summary, rule: "a number from 0.001 to 1000000",
            set: { options, word in
                guard let text = word.text, text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }),
                    let rate = Double(text), 0.001...1_000_000 ~= rate
                else { return false }
                options[keyPath: place] = rate
                return true
            },
            show: { $0[keyPath: place].map { "\($0)" } ?? "none" })
    }

    /// A time of RFC 3339.
    static func time(
        _ flag: String, hasVariable: Bool = true, _ place: Place<Timestamp>, _ summary: String
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, placeholder: "TIME", summary: summary,
            rule: "a time such as 2026-07-01T00:00:00Z (RFC 3339), from 1970 to 9998",
            set: { options, word in
                // A clock moves on, and years have four digits.
                guard let text = word.text.flatMap(RFC3339.inUTC), let time = Timestamp(text), text < "9999" else {
                    return false
                }
                options[keyPath: place] = time
                return true
            },
            show: { $0[keyPath: place].text.replacing(".000Z", with: "Z") })
    }

    /// One value of an enum, by its name.
    static func choice<Value: CaseIterable & Sendable>(
        _ flag: String, hasVariable: Bool = true, _ place: Place<Value>,
        named name: @escaping @Sendable (Value) -> String,
        _ summary: String
    ) -> Setting {
        let names = Value.allCases.map(name)
        // Built by hand, because `joined` makes the runtime search for conformances, as a dictionary does.
        var (placeholder, listed) = ("", "")
        for (index, name) in names.enumerated() {
            placeholder += (index == 0 ? "" : "|") + name
            listed += (index == 0 ? "" : index == names.count - 1 ? " or " : ", ") + name
        }
        return Setting(
            flag, hasVariable: hasVariable, placeholder: placeholder, summary: summary, rule: listed,
            completions: .words(names),
            set: { options, word in
                let text = word.text?.lowercased()
                guard let chosen = Value.allCases.first(where: { name($0) == text }) else { return false }
                options[keyPath: place] = chosen
                return true
            },
            show: { name($0[keyPath: place]) })
    }

    /// At least one word; commas separate them.
    static func list(
        _ flag: String, hasVariable: Bool = true, _ summary: String, rule: String, completions: Completion,
        set: @escaping @Sendable (inout Options, [String]) -> Bool, show: @escaping @Sendable (Options) -> [String]
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, placeholder: "LIST", summary: summary, rule: rule, completions: completions,
            set: { options, word in
                let words = (word.text ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
                return !words.isEmpty && set(&options, words)
            },
            show: { show($0).joined(separator: ",") })
    }

    static func text(
        _ flag: String, hasVariable: Bool = true, placeholder: String, rule: String, _ summary: String,
        set: @escaping @Sendable (inout Options, String) -> Void, show: @escaping @Sendable (Options) -> String
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, placeholder: placeholder, summary: summary, rule: rule,
            set: { options, word in
                guard let text = word.text, !text.isEmpty else { return false }
                set(&options, text)
                return true
            }, show: show)
    }

    /// A path, which need not be UTF-8. `absent` is shown when there is none.
    static func path(
        _ flag: String, hasVariable: Bool = true, further: [String] = [], _ place: Place<FilePath?>,
        absent: String = "none", _ summary: String
    ) -> Setting {
        Setting(
            flag, hasVariable: hasVariable, further: further, placeholder: "PATH", summary: summary, rule: "a path",
            completions: .files,
            isPath: true,
            set: { options, word in
                guard !word.bytes.isEmpty else { return false }
                (word.bytes + [0]).withUnsafeBufferPointer { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { text in
                        if let start = text.baseAddress { options[keyPath: place] = FilePath(cString: start) }
                    }
                }
                return true
            },
            show: { $0[keyPath: place]?.text ?? absent })
    }
}
