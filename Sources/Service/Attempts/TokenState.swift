/// The token's state for requests: whether the transport has one, and which.
struct TokenState {
    private let surroundings: ServiceSurroundings
    private var isPrepared = false
    /// Whether a token is being fetched.
    private var isAwaited = false
    /// Counts the tokens so far.
    private var generation = 0

    init(_ surroundings: ServiceSurroundings) { self.surroundings = surroundings }

    /// Whether the transport is prepared for an exchange.
    var isReady: Bool { isPrepared }
    /// The number of the token in use.
    var number: Int { generation }

    mutating func prepare() -> TokenAnswer { isPrepared ? .ready : isAwaited ? .awaited : fetch() }

    /// Whether the token in use differs from number `old`, which was refused. If not, fetches another one. Of several
    /// requests that were refused together, only the first fetches.
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
