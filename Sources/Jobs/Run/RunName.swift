import Bytes
import Platform

/// Names of runs: the time, what it is about, and something that no other run has.
package enum RunName {
    /// A name such as `2026-11-28T19-30-00Z-attendees-3f9c2a`, which needs no quotes in a shell.
    package static func make(about topic: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(about: topic, milliseconds: SystemClock.wallMilliseconds, random: &generator)
    }

    static func make(
        about topic: String, milliseconds: Int, random generator: inout some RandomNumberGenerator
    ) -> String {
        let time = CivilDate.text(millisecondsSince1970: milliseconds).prefix { $0 != "." }
        let stem = topic.split(separator: "/").last.map(String.init) ?? topic
        let name = (stem.split(separator: ".").first.map(String.init) ?? stem).utf8
            .map { $0.isAlphanumeric ? Character(Unicode.Scalar($0)) : "-" }
        let words = String(name.prefix(40)).split(separator: "-").joined(separator: "-")
        let digits = String(UInt32.random(in: 0..<0x100_0000, using: &generator) | 0x100_0000, radix: 16).dropFirst()
        let stamp = String(time.map { $0 == ":" ? "-" : $0 })
        return "\(stamp)Z-\(words.isEmpty ? "table" : words)-\(digits)"
    }
}
