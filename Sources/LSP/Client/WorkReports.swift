import Bytes
import JSON

/// Work that may take a while, as the client shows it: `$/progress`.
final class WorkReports {
    private struct Work {
        let title: String
        /// The token, as JSON.
        let token: [UInt8]
        var isTold: Bool
    }

    private var open: [Int: Work] = [:]
    private var last = 0
    private unowned let surroundings: any EditorSurroundings
    private unowned let requests: ClientRequests

    /// Seconds after which work of ours is worth a word.
    private static let delay = 1.0

    init(_ surroundings: any EditorSurroundings, _ requests: ClientRequests) {
        (self.surroundings, self.requests) = (surroundings, requests)
    }

    /// Work begins. With the `token` of a request that is told at once; otherwise, where the client takes a token of
    /// ours, if it lasts. Returns the work's number.
    func begin(_ title: String, token: JSONSlice?, _ client: ClientFeatures) -> Int {
        last += 1
        if let token, token.kind == .string || token.integer != nil {
            open[last] = Work(title: title, token: Array(token.bytes), isTold: false)
            tellBeginning(last)
        } else if client.showsWork {
            open[last] = Work(title: title, token: Array("\"engagement-rpc-work-\(last)\"".utf8), isTold: false)
            surroundings.wake(.work(number: last), in: Self.delay)
        }
        return last
    }

    /// It has lasted.
    func ring(_ number: Int) {
        guard let work = open[number] else { return }
        requests.send("window/workDoneProgress/create") { json in
            json.name("token")
            work.token.withUnsafeBytes { json.raw($0) }
        } then: { [weak self] answer in
            if case .result = answer { self?.tellBeginning(number) }
        }
    }

    /// Work is over.
    func end(_ number: Int) {
        surroundings.cancel(.work(number: number))
        guard let work = open.removeValue(forKey: number), work.isTold else { return }
        tell(work) { $0.member("kind", "end") }
    }

    private func tellBeginning(_ number: Int) {
        guard let work = open[number] else { return }
        open[number]?.isTold = true
        tell(work) { json in
            json.member("kind", "begin")
            json.member("title", work.title)
            json.member("cancellable", false)
        }
    }

    private func tell(_ work: Work, _ write: (inout JSONWriter) -> Void) {
        surroundings.send { frame in
            var json = JSONWriter(frame)
            json.notification("$/progress") { json in
                json.name("token")
                work.token.withUnsafeBytes { json.raw($0) }
                json.name("value")
                json.beginObject()
                write(&json)
                json.endObject()
            }
        }
    }
}
