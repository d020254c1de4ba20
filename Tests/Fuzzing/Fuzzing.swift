// Entry of libFuzzer. Built by Tests/fuzz together with the modules under test, and no part of the package.

import Bytes
import Foundation

/// What is fuzzed, by the name that `FUZZ_TARGET` gives.
private let targets: [String: @Sendable (Bytes) -> Void] = [
    "scanner": fuzzScanner, "framing": fuzzFraming, "message": fuzzMessage, "headers": fuzzHeaders,
    "problem": fuzzProblem, "binding": fuzzBinding, "table": fuzzTable,
]

private let chosen: @Sendable (Bytes) -> Void = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = targets[name] else {
        finding("FUZZ_TARGET must be one of \(targets.keys.sorted().joined(separator: ", "))")
    }
    return target
}()

/// Ends the run: libFuzzer keeps the input.
func finding(_ text: String) -> Never {
    FileHandle.standardError.write(Data("FINDING: \(text)\n".utf8))
    abort()
}

/// One input. Always 0: every input may go into the corpus.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    chosen(Bytes(start: start, count: count))
    return 0
}
