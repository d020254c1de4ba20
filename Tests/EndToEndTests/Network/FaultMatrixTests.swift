import Foundation
import TestSupport
import Testing

/// Every fault against a read, a write, and the read and the write inside `engagement.addContacts`, over the built
/// process with three attempts: how many there were, how it is told, and that `attempts` is what the other side
/// counted. In clear, over TLS, and over TLS that ends without having said so. Prints the matrices.
@Suite(.ownThread)
struct FaultMatrixTests {
    /// What meets the fault.
    enum Act: String, CaseIterable, Sendable {
        case read = "engagement.get"
        case write = "engagement.replaceContacts"
        case readToAdd = "addContacts, its read"
        case writeToAdd = "addContacts, its write"
    }

    /// One cell: what came, and what is wrong with it.
    struct Cell: Sendable {
        var text = ""
        var problems: [String] = []
        var seen: Int?
    }

    @Test func inClear() async { await check(FaultRow.all, over: .clear, "in clear") }

    @Test(.enabled(if: TLSServer.isPossible))
    func overTLS() async { await check(FaultRow.all.filter(\.isForTLS), over: .tls, "over TLS") }

    @Test(.enabled(if: TLSServer.isPossible))
    func overTLSThatIsCut() async {
        let rows = (FaultRow.sending + FaultRow.answering).filter(\.isForTLS)
        await check(rows, over: .abruptTLS, "over TLS that is cut")
    }

    private func check(_ rows: [FaultRow], over security: FaultServer.Security, _ title: String) async {
        let jobs = rows.indices.flatMap { row in Act.allCases.filter(rows[row].meets).map { (row, $0) } }
        @Sendable func run(_ job: (Int, Act)) async -> (Int, Act, Cell) {
            (job.0, job.1, await Self.onThread(rows[job.0], job.1, over: security))
        }
        let results = await withTaskGroup(of: (Int, Act, Cell).self) { group in
            let width = Deadline.slowness > 1 ? 2 : 6
            for job in jobs.prefix(width) { group.addTask { await run(job) } }
            var next = width
            var cells: [[Act: Cell]] = Array(repeating: [:], count: rows.count)
            for await (row, act, cell) in group {
                cells[row][act] = cell
                guard next < jobs.count else { continue }
                let job = jobs[next]
                next += 1
                group.addTask { await run(job) }
            }
            return cells
        }
        print(Self.table(rows, results, title))
        for (row, act) in jobs {
            for problem in results[row][act]?.problems ?? ["not run"] {
                Issue.record("\(title), \(rows[row].name), \(act.rawValue): \(problem)")
            }
        }
    }

    private static func table(_ rows: [FaultRow], _ results: [[Act: Cell]], _ title: String) -> String {
        func pad(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        var lines = [
            "", "fault matrix, \(title): attempts (and as counted at the other end), kind, retryable, applied",
            Act.allCases.reduce(pad("fault", 36)) { $0 + pad($1.rawValue, 36) },
        ]
        var failed = 0
        for (row, cells) in zip(rows, results) {
            let isGood = cells.values.allSatisfy(\.problems.isEmpty)
            failed += isGood ? 0 : 1
            lines.append(
                Act.allCases.reduce(pad(row.name, 36)) { $0 + pad(cells[$1]?.text ?? "-", 36) }
                    + (isGood ? "ok" : "FAIL"))
        }
        lines.append("\(rows.count) faults, \(results.reduce(0) { $0 + $1.count }) calls, \(failed) rows failed")
        return lines.joined(separator: "\n")
    }

    private static func onThread(_ row: FaultRow, _ act: Act, over security: FaultServer.Security) async -> Cell {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do {
                    continuation.resume(returning: try run(row, act, over: security))
                } catch {
                    continuation.resume(returning: Cell(text: "?", problems: ["\(error)"]))
                }
            }
        }
    }

    private static func run(_ row: FaultRow, _ act: Act, over security: FaultServer.Security) throws -> Cell {
        var server: FaultServer?
        var base: [String]
        var environment = ["ENGAGEMENT_RPC_TOKEN": testToken]
        var engagement = "ngmt_a"
        switch row.peer {
        case .server(let plan):
            let started = try FaultServer(over: security) { request in
                guard act == .writeToAdd, request.method == "GET" else { return plan(request) }
                return .answer(200, #"{"contacts":[{"id":"cnt_a"}]}"#)
            }
            server = started
            let isTLS = row.arguments.contains("--tls")
            base = isTLS ? ["--base-url", started.baseURL.replacing("http:", with: "https:")] : started.arguments
        case .sandbox:
            base = ["--sandbox"]
            environment = [:]
            engagement = "ngmt_sandbox01"
        case .url(let url, let more):
            base = ["--base-url", try url()]
            environment.merge(more) { $1 }
        }
        let host = try HostProcess(base + row.arguments.filter { $0 != "--tls" }, environment: environment)
        if case .sandbox(let step, let repeats) = row.peer {
            let verb = act == .writeToAdd ? "PUT" : "*"
            try host.fail("\(verb) /v2/engagements/\(engagement)*", step, repeats: repeats)
        }
        if row.isWarm {
            _ = try host.call("engagement.get", #"["ngmt_warm"]"#)
            pause(milliseconds: 60)
        }
        let answer = try call(host, act, engagement)
        var cell = judge(answer, row, act)
        let verbs: Set = act == .read ? ["GET"] : act == .write ? ["PUT"] : ["GET", "PUT"]
        if let server {
            cell.seen = verbs.reduce(0) { $0 + server.count($1, engagement) }
        } else if case .sandbox = row.peer {
            cell.seen = try host.sandboxRequests().count { verbs.contains($0.string("method") ?? "") }
        }
        let attempts = (answer.int("error", "data", "attempts") ?? answer.int("result", "meta", "attempts")) ?? -1
        if let seen = cell.seen, seen != attempts, !(row.mayMissAttempts && seen == 1) {
            cell.problems.append("says \(attempts) attempts, \(seen) were counted")
        }
        cell.text = "\(attempts)\(cell.seen.map { "/\($0)" } ?? "  ") \(cell.text)"
        try host.expectAlive()
        try host.finish()
        return cell
    }

    private static func call(_ host: HostProcess, _ act: Act, _ engagement: String) throws -> Answer {
        switch act {
        case .read: try host.call("engagement.get", #"["\#(engagement)"]"#, within: 40)
        case .write: try host.call("engagement.replaceContacts", replacement(engagement), within: 40)
        case .readToAdd, .writeToAdd:
            try host.call("engagement.addContacts", #"["\#(engagement)",["cnt_sandbox09"]]"#, within: 40)
        }
    }

    /// What a row says of an act: a read that fails before a write leaves that unsent, and a write after a read has one
    /// request more; one that is read back, two.
    private static func expectation(_ row: FaultRow, _ act: Act) -> (bounds: [Int], words: [String]) {
        let words = (act == .read || act == .readToAdd ? row.read : row.write).split(separator: " ").map(String.init)
        var bounds = words[0].split(separator: "-").compactMap { Int($0) }
        if act == .writeToAdd { bounds = bounds.map { $0 + (words[1] == "ok" ? 2 : 1) } }
        return (bounds, Array(words.dropFirst()) + (act == .readToAdd ? ["no"] : []))
    }

    private static func judge(_ answer: Answer, _ row: FaultRow, _ act: Act) -> Cell {
        let (bounds, words) = expectation(row, act)
        let isResult = answer.text("result") != nil
        let attempts = answer.int(isResult ? "result" : "error", isResult ? "meta" : "data", "attempts") ?? -1
        let kind = isResult ? "ok" : answer.kind ?? "-"
        let retryable = answer.bool("error", "data", "retryable").map { $0 ? "y" : "n" }
        let applied = answer.string("error", "data", "applied")
        var cell = Cell(text: [kind, retryable, applied].compactMap(\.self).joined(separator: " "))
        if attempts < bounds[0] || attempts > bounds[bounds.count - 1] {
            cell.problems.append("\(attempts) attempts and not \(bounds)")
        }
        if !words[0].split(separator: "|").map(String.init).contains(kind) {
            cell.problems.append("\(kind) and not \(words[0]): \(answer)")
        }
        if !isResult, retryable != (words.count > 1 ? words[1] : nil) { cell.problems.append("retryable: \(answer)") }
        if !isResult, applied != (act != .read && words.count > 2 ? words[2] : nil) {
            cell.problems.append("applied: \(answer)")
        }
        if isResult, act == .writeToAdd {
            // Only the sandbox keeps what is written to it.
            let isKept = if case .sandbox = row.peer { true } else { false }
            let changes = (answer.text("result", "changes", "added"), answer.bool("result", "changes", "verified"))
            if changes != (#"["cnt_sandbox09"]"#, isKept) { cell.problems.append("changes: \(answer)") }
        }
        if let mismatch = answer.kindMismatch { cell.problems.append(mismatch) }
        return cell
    }
}

extension FaultRow {
    /// Whether the row is about what `act` does.
    fileprivate func meets(_ act: FaultMatrixTests.Act) -> Bool {
        switch act {
        case .read, .write: return true
        // What ends well is told apart by what stands in the contacts, which these answers do not hold.
        case .readToAdd: return !read.hasSuffix(" ok")
        case .writeToAdd:
            if case .url = peer { return false }
            return !isWarm && !arguments.contains("--tls")
        }
    }
}
