import Bytes

/// Steps for the requests that match a pattern; each request uses one up.
struct FaultPlan {
    /// As given; identifies the plan.
    let match: String
    let steps: [FaultStep]
    /// As it was given, on one line of JSON.
    let text: ByteBuffer
    /// Whether a request has met it.
    private(set) var isMet = false
    /// How often the list of steps is still used, this time included; nil for ever.
    private(set) var rounds: Int?

    private let method: [UInt8]
    private let path: [UInt8]
    private var position = 0

    /// A plan for `METHOD path`. `*` means any method, and in the path any run of characters. Nil when `match` has
    /// another form.
    init?(match: String, steps: [FaultStep], rounds: Int? = 1, text: ByteBuffer = ByteBuffer("{}".utf8)) {
        let words = match.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == "*" || words[0].utf8.allSatisfy({ $0.isUppercase }), !words[0].isEmpty,
            words[1].first == "/" || words[1].first == "*"
        else { return nil }
        self.match = match
        self.steps = steps
        self.rounds = rounds
        self.text = text
        method = Array(words[0].utf8)
        path = Array(words[1].utf8)
    }

    /// Whether the plan applies to this request.
    func matches(method: Bytes, path: Bytes) -> Bool {
        Self.glob(self.method, matches: method) && Self.glob(self.path, matches: path)
    }

    /// Takes the next step; nil when none is left.
    mutating func nextStep() -> FaultStep? {
        isMet = true
        guard position < steps.count else { return nil }
        let step = steps[position]
        position += 1
        if position == steps.count {
            if let rounds { self.rounds = rounds - 1 }
            if rounds != 0 { position = 0 }
        }
        return step
    }

    /// Whether all steps are used up.
    var isSpent: Bool { position == steps.count }

    /// Backtracks to the last star only, so the time is at most the product of both lengths.
    static func glob(_ pattern: [UInt8], matches text: Bytes) -> Bool {
        var (at, place) = (0, 0)
        var star: (at: Int, place: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.at, last.place + 1)
                (at, place) = (last.at + 1, last.place + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension UInt8 {
    fileprivate var isUppercase: Bool { self &- 0x41 < 26 }
}
