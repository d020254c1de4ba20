import Bytes
import HTTP
import JSON
import Runtime

/// A service that answers each call as a script says, at once, and counts them.
final class ScriptedService: LoopClient {
    /// A call as it arrived.
    struct Call {
        let method: String
        let params: JSONSlice
        /// How many calls came before it.
        let number: Int
        let now: Instant

        func text(_ name: StaticString) -> String { params.member(name)?.string ?? "" }
        func list(_ name: StaticString) -> [String]? { params.member(name)?.elements.compactMap(\.string) }
    }

    /// The members of the answer, such as `"result":{…}`; nil for none, ever.
    typealias Script = (Call) -> String?

    let output = ChunkQueue()
    /// The calls that came, by their methods.
    private(set) var methods: [String] = []
    private let script: Script
    private let input = ByteBuffer()
    private var hasEnded = false
    private var open = 0
    private(set) var mostOpen = 0
    private var isStopped = false
    /// Whether calls that are under way when a signal comes are answered.
    private let answersToTheEnd: Bool
    /// Calls that are answered in a later turn, all at once.
    private var held: [(id: String, members: String)] = []

    init(answersToTheEnd: Bool, _ script: @escaping Script) {
        (self.answersToTheEnd, self.script) = (answersToTheEnd, script)
    }

    var wantsInput: Bool { held.count < 64 && !isStopped }
    var nextTimer: Instant? { held.isEmpty ? nil : Instant(nanoseconds: 0) }
    var leaveBy: Instant? { nil }
    var isFinished: Bool { (isStopped || hasEnded) && held.isEmpty || isStopped && !answersToTheEnd }

    func inputRoom() -> UnsafeMutableRawBufferPointer { input.spare(atLeast: 4096) }

    func event(_ event: LoopEvent, at now: Instant) {
        switch event {
        case .received(let count):
            input.commit(count)
            read(now)
        case .inputEnded: hasEnded = true
        case .signalled: isStopped = true
        default: break
        }
    }

    func advance(at now: Instant) {
        open -= held.count
        for (id, members) in held { answer(id, members) }
        held = []
    }

    private func read(_ now: Instant) {
        while let end = input.bytes.firstPosition(of: UInt8(ascii: "\n")) {
            let request = JSONSlice(checked: input.bytes.slice(0, end))
            let id = request.member("id")?.bytes.text ?? "null"
            let method = request.member("method")?.string ?? ""
            open += 1
            mostOpen = max(mostOpen, open)
            if let params = request.member("params") {
                let call = Call(method: method, params: params, number: methods.count, now: now)
                methods.append(method)
                if let members = script(call) { held.append((id, members)) }
            }
            input.removeFirst(end + 1)
        }
    }

    private func answer(_ id: String, _ members: String) {
        _ = output.append(ByteBuffer(text: "{\"jsonrpc\":\"2.0\",\"id\":\(id),\(members)}\n"))
    }
}
