import Bytes
import EngagementAPI
import Foundation
import HTTP
import JSON
import JSONRPC

private func error(_ bytes: Bytes) -> JSONSyntaxError? {
    var scanner = JSONScanner(bytes)
    do throws(JSONSyntaxError) {
        _ = try scanner.text()
        return nil
    } catch { return error }
}

private func walk(_ slice: JSONSlice, _ depth: Int = 0) -> Int {
    _ = (slice.string, slice.bool, slice.integer, slice.reads("id"), slice.member("x"))
    var count = 1
    if depth > JSONScanner.depthLimit { finding("deeper than the limit") }
    for member in slice.members { count += walk(member.name, depth + 1) + walk(member.value, depth + 1) }
    for element in slice.elements { count += walk(element, depth + 1) }
    return count
}

// MARK: The scanner

/// The verdict is that of `JSONSerialization`, but for what is known to differ, and everything accepted can be walked.
func fuzzScanner(_ bytes: Bytes) {
    var scanner = JSONScanner(bytes)
    var mine: JSONSyntaxError?
    do throws(JSONSyntaxError) {
        _ = walk(try scanner.text())
        let hasBreak = bytes.contains { $0 == 0x0A || $0 == 0x0D }
        if scanner.sawLineBreak != hasBreak { finding("sawLineBreak is \(scanner.sawLineBreak)") }
        let pretty = ByteBuffer()
        var again = JSONScanner(bytes)
        try again.text().appendPretty(to: pretty)
        if error(pretty.bytes) != nil { finding("pretty-printed it is no JSON") }
    } catch {
        mine = error
        if error.offset < 0 || error.offset > bytes.count { finding("offset \(error.offset)") }
    }
    let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    if (mine == nil) != (theirs != nil), !isKnownDifference(bytes, mine) {
        finding("we say \(mine.map { "\($0)" } ?? "JSON"), JSONSerialization says \(theirs == nil ? "none" : "JSON")")
    }
}

private func isKnownDifference(_ bytes: Bytes, _ error: JSONSyntaxError?) -> Bool {
    if let error {
        // It skips a byte order mark, and guesses UTF-16 and UTF-32.
        let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE]]
        if marks.contains(where: { bytes.starts(with: $0) }) || bytes.contains(0) { return true }
        // It takes a comma before a closing bracket.
        let before = bytes[..<error.offset].last { !$0.isSpace }
        return before == UInt8(ascii: ",") && error.offset < bytes.count && "]}".utf8.contains(bytes[error.offset])
    }
    // It refuses escaped halves of surrogate pairs, and numbers that no Double holds. By scalars, because an accent may
    // follow a digit.
    let text = bytes.text
    let pairs = #/\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/#
    let halves = #/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/#
    let others = text.replacing(pairs.matchingSemantics(.unicodeScalar), with: "")
    if others.contains(halves.matchingSemantics(.unicodeScalar)) { return true }
    let numbers = #/-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/#
    return text.matches(of: numbers.matchingSemantics(.unicodeScalar)).contains {
        Double(String($0.output.0))?.isInfinite ?? false
    }
}

// MARK: Framing

/// The same frames however the stream is split. The first bytes say where.
func fuzzFraming(_ bytes: Bytes) {
    guard bytes.count > 4 else { return }
    let stream = bytes.dropping(4)
    var random = bytes.prefix(4).reduce(UInt64(88_172_645_463_325_252)) { ($0 &+ UInt64($1)) &* 0x100_0000_01B3 }
    for framing in Framing.allCases {
        let whole = frames(stream, framing) { stream.count }
        let single = frames(stream, framing) { 1 }
        let split = frames(stream, framing) {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random % 40) + 1
        }
        if whole != single || whole != split { finding("\(framing): \(whole) and \(single) and \(split)") }
    }
}

private func frames(_ stream: Bytes, _ framing: Framing, _ size: () -> Int) -> [String] {
    var reader = FrameReader(framing: framing)
    var found: [String] = []
    func take() {
        while found.count <= stream.count + 2 {
            switch reader.next() {
            case .message(let bytes): found.append("m \(bytes.count) \(bytes.fingerprint)")
            case .tooLarge: found.append("large")
            case .badHeader: found.append("bad")
            case .none: return
            }
        }
        finding("more frames than bytes")
    }
    var rest = stream
    while !rest.isEmpty {
        let room = reader.room()
        let count = min(size(), rest.count, room.count)
        room.copyMemory(from: rest.slice(0, count))
        reader.received(count)
        rest = rest.dropping(count)
        take()
    }
    reader.end()
    take()
    return found
}

// MARK: Messages

/// Any bytes are some message, and every refusal can be written.
func fuzzMessage(_ bytes: Bytes) { look(Message(bytes), isOutermost: true) }

private func look(_ message: Message, isOutermost: Bool) {
    switch message {
    case .request(let request):
        if let id = request.id, id.kind != .string, id.kind != .number, id.kind != .null { finding("id \(id.kind)") }
        if let params = request.params, params.kind != .object, params.kind != .array { finding("params") }
        if request.method.kind != .string { finding("method") }
        let table = MethodTable(sandbox: true)
        if table.entry(named: request.method) == nil { write(table.unknown(request.method)) }
    case .batch(let array):
        if !isOutermost { finding("a batch in a batch") }
        for element in array.elements { look(Message(element: element), isOutermost: false) }
    case .response(let response):
        if let id = response.id, error(id.bytes) != nil { finding("the id is no JSON") }
    case .invalid(let failure, let id):
        if let id, error(id.bytes) != nil { finding("the id is no JSON") }
        write(failure)
    }
}

private func write(_ failure: RPCFailure) {
    let out = ByteBuffer()
    var json = JSONWriter(out)
    failure.write(to: &json)
    if let error = error(out.bytes) { finding("the error is no JSON (\(error)): \(out.bytes.text)") }
    if out.bytes.contains(0x0A) || out.bytes.contains(0x0D) { finding("the error is more than one line") }
}

// MARK: What the API sends

/// `Retry-After`, `Date` and all three forms of dates.
func fuzzHeaders(_ bytes: Bytes) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map(Bytes.init(rebasing:))
    let date = parts.count > 1 ? parts[1] : nil
    for clock in [0, 1_700_000_000, 1e10, .infinity, .nan] {
        if let seconds = RetryAfter.seconds(parts[0], date: date, wallClock: clock), !(seconds >= 0 && seconds < 1e13) {
            finding("\(seconds) s")
        }
    }
    guard let seconds = HTTPDate.seconds(parts[0], now: 1_700_000_000) else { return }
    guard parts[0].count == 29 else { return }
    // What is read as an IMF-fixdate is the day that the calendar of Foundation has.
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "dd MMM yyyy"
    let written = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    let isLeapSecond = parts[0].slice(23, 25).equals("60")
    let year = Int(parts[0].slice(12, 16).text) ?? 0
    if year > 1600, !isLeapSecond, written != parts[0].slice(5, 16).text { finding("\(written)") }
}

/// An error's body, its header fields and its status.
func fuzzProblem(_ bytes: Bytes) {
    guard bytes.count > 4 else { return }
    let exchange = Exchange(
        tag: 0, request: HTTPRequest(.get, target: ByteBuffer()), body: ByteBuffer(), connectTimeoutMs: 1)
    exchange.status = 100 + Int(bytes[0]) * 2 + Int(bytes[1] & 1)
    let end = min(bytes.count, 3 + Int(bytes[2] & 31))
    for field in Exchange.Field.allCases where bytes[1] >> field.rawValue & 1 == 1 {
        exchange.note(field, bytes.slice(3, end))
    }
    exchange.body.append(bytes.dropping(end))
    let isAbandoned = bytes[0] & 1 == 1
    for method in Method.all.prefix(2) {
        write(
            RPCFailure(
                exchange, wasAbandoned: isAbandoned, method: method, terms: CallTerms(), wallClock: 1_700_000_000))
    }
    for repeatability in Repeatability.allCases {
        _ = AttemptOutcome(exchange, repeatability: repeatability, bodyIsUsable: false, wallClock: 1_700_000_000)
    }
}

// MARK: Binding

/// libFuzzer has one thread.
private nonisolated(unsafe) let entries = MethodTable(sandbox: true).entries.filter(\.method.isRemote)

/// Whatever the parameters hold: a request with a plain target and a JSON body, or a refusal.
func fuzzBinding(_ bytes: Bytes) {
    guard bytes.count > 1 else { return }
    var scanner = JSONScanner(bytes.dropping(1))
    guard let params = try? scanner.text(), params.kind == .object || params.kind == .array else { return }
    let entry = entries[Int(bytes[0]) % entries.count]
    let (target, body) = (ByteBuffer(), ByteBuffer())
    do throws(RPCFailure) {
        _ = try entry.bind(params, target: target, body: body)
        let isPlain = target.bytes.allSatisfy { $0.isAlphanumeric || "/?&=,-._~%".utf8.contains($0) }
        if !isPlain || target.bytes.text.contains("..") { finding("target \(target.bytes.text)") }
        if entry.takesBody, let error = error(body.bytes) { finding("body \(error): \(body.bytes.text)") }
    } catch { write(error) }
}
