/// What there is to say of the process's token when one is needed.
public enum TokenAnswer: Sendable {
    /// The transport has it: the first one, or another one where that was asked for.
    case ready
    /// It is being fetched; `tokenArrived` will tell.
    case awaited
    /// There is none, or no other one. The sentence says why; empty when there is no reason to give.
    case failed(String)
}

/// The token as requests see it: whether the transport has one, and which.
struct TokenState {
    private let surroundings: ServiceSurroundings
    private var isPrepared = false
    /// Whether it is being fetched.
    private var isAwaited = false
    /// Counts the tokens that were in use.
    private var generation = 0

    init(_ surroundings: ServiceSurroundings) { self.surroundings = surroundings }

    /// Whether the transport has what it needs for an exchange.
    var isReady: Bool { isPrepared }
    /// The number of the token in use.
    var number: Int { generation }

    mutating func prepare() -> TokenAnswer { isPrepared ? .ready : isAwaited ? .awaited : fetch() }

    /// Whether the token in use is another one by now than that of number `old`, which was refused. Of the requests
    /// that were refused together the first alone has one fetched.
    mutating func newer(than old: Int) -> TokenAnswer {
        old != generation ? .ready : isAwaited ? .awaited : fetch()
    }

    /// The outcome of the token that is being fetched; `awaited` when none is. Consumes it: the caller must pass it on
    /// to every request that waits.
    mutating func arrived() -> TokenAnswer {
        guard isAwaited else { return .awaited }
        isAwaited = false
        return fetch()
    }

    /// Fetches the first token, or another one.
    private mutating func fetch() -> TokenAnswer {
        let answer = isPrepared ? surroundings.refreshToken() : surroundings.prepare()
        switch answer {
        case .ready: (isPrepared, generation) = (true, generation + (isPrepared ? 1 : 0))
        case .awaited: isAwaited = true
        case .failed: break
        }
        return answer
    }
}
