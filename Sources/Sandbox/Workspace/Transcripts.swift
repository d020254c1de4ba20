import Bytes
import JSON

/// Believable transcripts, as JSON strings: the same text for the same seed.
enum Transcripts {
    private static let speakers = ["Ana Souza", "Björn Lindqvist", "Chloé Moreau", "陈梅", "Imani Okafor"]
    private static let sentences = [
        "Thanks for joining, everybody.", "Can you hear me now?", "Das wäre für uns ein großer Schritt.",
        "So the path is C:\\elephants\\data, right?", "She said \"not before March\", and I believe her.",
        "Let me share my screen.", "我们下周再谈价格。", "The number is 42,000 € a year, plus VAT.",
        "Column one\tcolumn two\tcolumn three.", "Ça dépend du budget, évidemment.",
        "Sorry, you were on mute \u{1F418}.", "What would it take to go live in May?", "No. Well, maybe.",
        "We counted 1,284 seats, of which 96 % are in use.", "Привет из Москвы, как слышно?",
        "If <b>bold</b> & 'quotes' survive, everything does.", "Let us note that as an action item.",
        "I'd rather see the contract first; then we talk about scopes, retries and all the rest of it.",
    ]

    /// One sentence; the same for the same number.
    static func sentence(_ number: Int) -> String { sentences[number % sentences.count] }

    /// About `byteCount` bytes of JSON string, quotes included.
    static func text(seed: Int, byteCount: Int) -> ByteBuffer {
        func escaped(_ text: String) -> ByteBuffer {
            let out = ByteBuffer()
            JSONWriter.appendString(text, to: out)
            out.truncate(to: out.count - 1)
            out.removeFirst(1)
            return out
        }
        let names = speakers.map { escaped("\($0): ") }
        let lines = sentences.map { escaped($0 + " ") }
        let out = ByteBuffer(capacity: byteCount + 512)
        var state = UInt64(seed)
        func next(below limit: Int) -> Int {
            // Knuth's MMIX generator; the high bits are the good ones.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        var seconds = 0
        out.append("\"")
        while out.count < byteCount {
            out.append("[")
            out.append(decimal: seconds)
            out.append("s] ")
            out.append(names[next(below: names.count)])
            for _ in 0...next(below: 4) { out.append(lines[next(below: lines.count)]) }
            out.append("\\n")
            seconds += 2 + next(below: 20)
        }
        out.append("\"")
        return out
    }
}
