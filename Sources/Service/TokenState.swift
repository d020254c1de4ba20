/// What there is to say of the process's token when it is asked for.
public enum TokenAnswer: Sendable {
    /// It is there; where another one was asked for, it is another one.
    case ready
    /// Something is being done for it; `tokenArrived` will tell.
    case awaited
    /// Why it can't be had, or no other, as a sentence.
    case failed(String)
}

/// The token as requests see it: whether the transport has one, and which.
struct TokenState {
    private let surroundings: ServiceSurroundings
    private var isPrepared = false
    /// Counts the tokens that were in use.
    private var generation = 0

    init(_ surroundings: ServiceSurroundings) { self.surroundings = surroundings }

    /// Whether the transport has what it needs for an exchange.
    var isReady: Bool { isPrepared }
    /// Which of the tokens that there were is in use.
    var number: Int { generation }

    mutating func prepare() -> TokenAnswer {
        if isPrepared { return .ready }
        let answer = surroundings.prepare()
        if case .ready = answer { isPrepared = true }
        return answer
    }

    /// Whether there is another token by now than the one of that number, which was refused. Of those that were refused
    /// together only the first has it looked for.
    mutating func newer(than old: Int) -> TokenAnswer {
        guard old == generation else { return .ready }
        let answer = surroundings.refreshToken()
        if case .ready = answer { generation += 1 }
        return answer
    }

    /// What came of that for which requests wait.
    mutating func arrived() -> TokenAnswer { isPrepared ? newer(than: generation) : prepare() }
}
