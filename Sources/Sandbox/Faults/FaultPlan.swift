import Bytes
import JSON

/// What happens to one request instead of normal service.
struct FaultStep {
    /// The status to answer without carrying the request out; nil to carry it out.
    var status: Int?
    /// The value of `Retry-After`.
    var retryAfter: String?
    /// Milliseconds to wait before anything else.
    var delayMs = 0
    var cut: Cut?
    /// Replaces the usual body.
    var body: ByteBuffer?
    var bodyType = Response.ContentType.json

    /// Applies this step to the usual answer.
    func applied(to response: Response) -> Response {
        var response = response
        if let body {
            (response.body, response.type, response.etag) = (body, bodyType, nil)
            if status == nil { response.status = 200 }
        }
        if let retryAfter { response.retryAfter = retryAfter }
        response.cut = cut
        return response
    }
}

/// Steps for the requests that match a pattern; each request uses one up.
struct FaultPlan {
    /// As given; identifies the plan.
    let match: String
    let steps: [FaultStep]
    /// How often the list of steps is still used, this time included; nil for ever.
    private(set) var rounds: Int?

    private let method: [UInt8]
    private let path: [UInt8]
    private var position = 0

    /// A plan for `METHOD path`. `*` means any method, and in the path any run of characters. Nil when `match` has
    /// another form.
    init?(match: String, steps: [FaultStep], rounds: Int? = 1) {
        let words = match.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == "*" || words[0].utf8.allSatisfy({ $0.isUppercase }), !words[0].isEmpty,
            words[1].first == "/" || words[1].first == "*"
        else { return nil }
        self.match = match
        self.steps = steps
        self.rounds = rounds
        method = Array(words[0].utf8)
        path = Array(words[1].utf8)
    }

    /// Whether the plan applies to this request.
    func matches(method: Bytes, path: Bytes) -> Bool {
        Self.glob(self.method, matches: method) && Self.glob(self.path, matches: path)
    }

    /// Takes the next step; nil when none is left.
    mutating func take() -> FaultStep? {
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

/// All fault plans, in the order of their first setting.
struct FaultPlans {
    static let limit = 1_000
    private(set) var plans: [FaultPlan] = []

    /// Replaces the plan with the same match, or appends `plan`. A plan without steps removes it. False when there are
    /// too many.
    mutating func set(_ plan: FaultPlan) -> Bool {
        let place = plans.firstIndex { $0.match == plan.match }
        if plan.steps.isEmpty {
            if let place { plans.remove(at: place) }
        } else if let place {
            plans[place] = plan
        } else {
            guard plans.count < Self.limit else { return false }
            plans.append(plan)
        }
        return true
    }

    /// Takes the next step of the first plan that matches this request.
    mutating func take(method: Bytes, path: Bytes) -> FaultStep? {
        guard !plans.isEmpty, let place = plans.firstIndex(where: { $0.matches(method: method, path: path) }) else {
            return nil
        }
        let step = plans[place].take()
        if plans[place].isSpent { plans.remove(at: place) }
        return step
    }
}

extension UInt8 {
    fileprivate var isUppercase: Bool { self &- 0x41 < 26 }
}
