import Foundation
import TestSupport
import Testing

/// Every fault against a read and a write over the built process, with three attempts: how many there were, how it is
/// told, and that `attempts` is what the other side counted. Prints the matrix.
@Suite(.ownThread)
struct FaultMatrixTests {
    /// One cell: what came, and what is wrong with it.
    struct Cell: Sendable {
        var text = ""
        var problems: [String] = []
        var seen: Int?
    }

    @Test func matrix() async {
        let rows = FaultRow.all
        let jobs = rows.indices.flatMap { [($0, false), ($0, true)] }
        let results = await withTaskGroup(of: (Int, Bool, Cell).self) { group in
            let width = 6
            for job in jobs.prefix(width) { group.addTask { (job.0, job.1, await Self.onThread(rows[job.0], job.1)) } }
            var next = width
            var cells: [[Bool: Cell]] = Array(repeating: [:], count: rows.count)
            for await (row, isWrite, cell) in group {
                cells[row][isWrite] = cell
                guard next < jobs.count else { continue }
                let job = jobs[next]
                next += 1
                group.addTask { (job.0, job.1, await Self.onThread(rows[job.0], job.1)) }
            }
            return cells
        }
        print(Self.table(rows, results))
        for (row, cells) in zip(rows, results) {
            for isWrite in [false, true] {
                for problem in cells[isWrite]?.problems ?? ["not run"] {
                    Issue.record("\(row.name), \(isWrite ? "write" : "read"): \(problem)")
                }
            }
        }
    }

    private static func table(_ rows: [FaultRow], _ results: [[Bool: Cell]]) -> String {
        func pad(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        var lines = [
            "", "fault matrix: attempts (and as counted at the other end), kind, retryable, applied",
            pad("fault", 36) + pad("engagement.get", 36) + pad("engagement.replaceContacts", 44) + "",
        ]
        var failed = 0
        for (row, cells) in zip(rows, results) {
            let isGood = cells.count == 2 && cells.values.allSatisfy(\.problems.isEmpty)
            failed += isGood ? 0 : 1
            lines.append(
                pad(row.name, 36) + pad(cells[false]?.text ?? "-", 36) + pad(cells[true]?.text ?? "-", 44)
                    + (isGood ? "ok" : "FAIL"))
        }
        lines.append("\(rows.count) faults, \(2 * rows.count) calls, \(failed) rows failed")
        return lines.joined(separator: "\n")
    }

    private static func onThread(_ row: FaultRow, _ isWrite: Bool) async -> Cell {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do {
                    continuation.resume(returning: try run(row, isWrite))
                } catch {
                    continuation.resume(returning: Cell(text: "?", problems: ["\(error)"]))
                }
            }
        }
    }

    private static func run(_ row: FaultRow, _ isWrite: Bool) throws -> Cell {
        var server: FaultServer?
        var base: [String]
        var environment = ["ENGAGEMENT_RPC_TOKEN": testToken]
        var engagement = "ngmt_a"
        switch row.peer {
        case .server(let plan):
            let started = try FaultServer(plan)
            server = started
            let isTLS = row.arguments.contains("--tls")
            base = ["--base-url", isTLS ? started.baseURL.replacing("http:", with: "https:") : started.baseURL]
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
            try host.fail("* /v2/engagements/\(engagement)*", step, repeats: repeats)
        }
        if row.isWarm {
            _ = try host.call("engagement.get", #"["ngmt_warm"]"#)
            pause(milliseconds: 60)
        }
        let answer = try host.call(
            isWrite ? "engagement.replaceContacts" : "engagement.get",
            isWrite ? replacement(engagement) : #"["\#(engagement)"]"#, within: 40)
        var cell = judge(answer, expected: isWrite ? row.write : row.read, isWrite)
        if let server {
            cell.seen = server.count(isWrite ? "PUT" : "GET", engagement)
        } else if case .sandbox = row.peer {
            cell.seen = try host.sandboxRequests().count { $0.string("method") == (isWrite ? "PUT" : "GET") }
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

    private static func judge(_ answer: Answer, expected: String, _ isWrite: Bool) -> Cell {
        let words = expected.split(separator: " ").map(String.init)
        let bounds = words[0].split(separator: "-").compactMap { Int($0) }
        let isResult = answer.text("result") != nil
        let attempts = answer.int(isResult ? "result" : "error", isResult ? "meta" : "data", "attempts") ?? -1
        let kind = isResult ? "ok" : answer.kind ?? "-"
        let retryable = answer.bool("error", "data", "retryable").map { $0 ? "y" : "n" }
        let applied = answer.string("error", "data", "applied")
        var cell = Cell(text: [kind, retryable, applied].compactMap(\.self).joined(separator: " "))
        if attempts < bounds[0] || attempts > bounds[bounds.count - 1] {
            cell.problems.append("\(attempts) attempts and not \(words[0])")
        }
        if !words[1].split(separator: "|").map(String.init).contains(kind) {
            cell.problems.append("\(kind) and not \(words[1]): \(answer)")
        }
        if !isResult, retryable != (words.count > 2 ? words[2] : nil) { cell.problems.append("retryable: \(answer)") }
        if !isResult, applied != (isWrite && words.count > 3 ? words[3] : nil) {
            cell.problems.append("applied: \(answer)")
        }
        if let mismatch = answer.kindMismatch { cell.problems.append(mismatch) }
        return cell
    }
}
