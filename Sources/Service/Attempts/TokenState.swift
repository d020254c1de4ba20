/// What there is to say of the process's token when it is asked for.
public enum TokenAnswer: Sendable {
    /// It is there; where another one was asked for, it is another one.
    case ready
    /// Something is being done for it; `tokenArrived` will tell.
    case awaited
    /// Why it can't be had, or no other, as a sentence; empty where there is nothing to say of it.
    case failed(String)
}

/// The token as requests see it: whether the transport has one, and which.
struct TokenState {
    private let surroundings: ServiceSurroundings
    private var isPrepared = false
    /// Whether something is being done for it.
    private var isAwaited = false
    /// Counts the tokens that were in use.
    private var generation = 0

    init(_ surroundings: ServiceSurroundings) { self.surroundings = surroundings }

    /// Whether the transport has what it needs for an exchange.
    var isReady: Bool { isPrepared }
    /// Which of the tokens that there were is in use.
    var number: Int { generation }

    mutating func prepare() -> TokenAnswer { isPrepared ? .ready : isAwaited ? .awaited : ask() }

    /// Whether there is another token by now than the one of that number, which was refused. Of those that were refused
    /// together only the first has it looked for.
    mutating func newer(than old: Int) -> TokenAnswer {
        old != generation ? .ready : isAwaited ? .awaited : ask()
    }

    /// What came of that for which requests wait. Asked by nobody else meanwhile: who has the answer has to tell them.
    mutating func arrived() -> TokenAnswer {
        guard isAwaited else { return .awaited }
        isAwaited = false
        return ask()
    }

    /// Asks for a token, or for another one.
    private mutating func ask() -> TokenAnswer {
        let answer = isPrepared ? surroundings.refreshToken() : surroundings.prepare()
        switch answer {
        case .ready: (isPrepared, generation) = (true, generation + (isPrepared ? 1 : 0))
        case .awaited: isAwaited = true
        case .failed: break
        }
        return answer
    }
}
