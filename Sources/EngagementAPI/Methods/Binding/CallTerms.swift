/// A call's terms besides its request. Checking the parameters sets them.
public struct CallTerms: Sendable {
    /// Milliseconds for the whole call, when `options` lowers it.
    public var timeoutMs: Int?
    /// Attempts at most, when `options` lowers it.
    public var maxAttempts: Int?
    /// A bit for each chosen word of the method's `choices` parameter.
    public var chosen: UInt64 = 0
    /// The place of the first path parameter in the target: the resource that the call is about.
    public var resource = 0..<0
    /// Terms that few calls have; by reference, because every call copies its terms.
    private var rare: Rare?

    private final class Rare: Sendable {
        let shaping: Shaping?
        let editing: Editing?
        let progressToken: [UInt8]
        let run: String?

        init(_ shaping: Shaping?, _ editing: Editing?, _ progressToken: [UInt8], run: String?) {
            self.shaping = shaping
            self.editing = editing
            self.progressToken = progressToken
            self.run = run
        }
    }

    /// Whether it is a plain call, without shaping, editing, progress or run.
    public var isPlain: Bool { rare == nil }
    /// How to shape the answer; nil to pass it on unchanged.
    public var shaping: Shaping? { rare?.shaping }
    /// How to edit an engagement's contacts; nil for a plain replacement.
    public var editing: Editing? { rare?.editing }
    /// The token for `$/progress`, as spelled; empty when the caller wants none.
    public var progressToken: [UInt8] { rare?.progressToken ?? [] }
    /// The run under which the journal notes the call's write; nil for none.
    public var run: String? { rare?.run }

    /// Sets rare terms; nil leaves one unchanged.
    mutating func ask(
        shaping: Shaping? = nil, editing: Editing? = nil, progressToken: [UInt8]? = nil, run: String? = nil
    ) {
        guard shaping != nil || editing != nil || progressToken != nil || run != nil else { return }
        rare = Rare(
            shaping ?? rare?.shaping, editing ?? rare?.editing, progressToken ?? rare?.progressToken ?? [],
            run: run ?? rare?.run)
    }

    /// Names the run under which the journal notes the call's writes.
    public mutating func name(run: String) { ask(run: run) }

    /// Terms without any request.
    public init() {}
}
