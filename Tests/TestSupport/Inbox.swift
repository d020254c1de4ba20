import Bytes

/// The process's stdout, cut into messages. Each is checked, and kept until a test takes it.
struct Inbox {
    let output: Setup.Output
    var reusesIDs = false
    /// The beginning of an incomplete message.
    private(set) var pending: [UInt8] = []

    private let secret: [UInt8]?
    private var messages: [Answer?] = []
    private var firstUntaken = 0
    private var places: [String: Int] = [:]
    private var answered: Set<String> = []
    private var scanned = 0

    /// An inbox for messages framed as `output`, none of which may contain `secret`.
    init(_ output: Setup.Output, secret: [UInt8]?) {
        self.output = output
        self.secret = secret
    }

    var hasNext: Bool { firstUntaken < messages.count }
    var untaken: [Answer] { messages[firstUntaken...].compactMap(\.self) }

    func has(_ id: String) -> Bool { places[id] != nil }

    mutating func take(_ id: String) -> Answer? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        defer { remove(place) }
        return messages[place]
    }

    mutating func takeNext() -> Answer? {
        guard hasNext, let message = messages[firstUntaken] else { return nil }
        if let id = message.text("id"), places[id] == firstUntaken { places[id] = nil }
        remove(firstUntaken)
        return message
    }

    private mutating func remove(_ place: Int) {
        messages[place] = nil
        while firstUntaken < messages.count, messages[firstUntaken] == nil { firstUntaken += 1 }
    }

    /// Adds the bytes read. Throws at the first invalid byte.
    mutating func take(in bytes: [UInt8]) throws {
        pending += bytes
        switch output {
        case .text: break
        case .lines: try cutLines()
        case .headers: try cutFrames()
        }
    }

    private mutating func cutLines() throws {
        var start = 0
        while let distance = pending.withUnsafeBytes({ $0.dropping(scanned).firstPosition(of: 0x0A) }) {
            let end = scanned + distance
            try add(Array(pending[start..<end]))
            start = end + 1
            scanned = start
        }
        // Removing nothing would still move a long incomplete line.
        if start > 0 { pending.removeSubrange(..<start) }
        scanned = pending.count
    }

    private mutating func cutFrames() throws {
        while !pending.isEmpty {
            let head = Array("Content-Length: ".utf8)
            guard pending.count > head.count else { return }
            guard pending.starts(with: head) else { throw HarnessFailure("not a frame: \(excerpt(pending))") }
            let digits = pending.dropFirst(head.count).prefix { (0x30...0x39).contains($0) }
            let blank = pending[digits.endIndex...].prefix(4)
            guard blank.count == 4 else { return }
            guard Array(blank) == Array("\r\n\r\n".utf8), let length = Int(String(decoding: digits, as: UTF8.self))
            else { throw HarnessFailure("not a frame: \(excerpt(pending))") }
            guard pending.count >= blank.endIndex + length else { return }
            try add(Array(pending[blank.endIndex..<blank.endIndex + length]))
            pending.removeSubrange(..<(blank.endIndex + length))
        }
    }

    private mutating func add(_ bytes: [UInt8]) throws {
        if let secret, position(of: secret, in: bytes) != nil { throw HarnessFailure("the token is on stdout") }
        let message = try Answer(bytes)
        for entry in message.isBatch ? try message.elements() : [message] { try check(entry) }
        if !message.isBatch, let id = message.text("id"), message.text("method") == nil { places[id] = messages.count }
        messages.append(message)
    }

    private static let askedOfEditors: Set = [
        "window/showMessageRequest", "window/showDocument", "workspace/applyEdit", "workspace/inlayHint/refresh",
        "workspace/codeLens/refresh", "workspace/diagnostic/refresh",
    ]

    /// Checks JSON-RPC 2.0 §5 for an answer, and §4.1 for a notification of the process.
    private mutating func check(_ message: Answer) throws {
        let names = message.names()
        func fail(_ what: String) -> HarnessFailure { HarnessFailure("\(what): \(message)") }
        guard message.text("jsonrpc") == "\"2.0\"" else { throw fail("not JSON-RPC 2.0") }
        guard Set(names).count == names.count else { throw fail("a member twice") }
        if message.text("method") != nil {
            let method = message.string("method") ?? ""
            let isQuestion = method == "elicitation/create" || Self.askedOfEditors.contains(method)
            guard isQuestion || message.text("id") == nil else { throw fail("the process never calls the host") }
            return
        }
        let allowed: Set = ["jsonrpc", "id", "result", "error"]
        guard allowed.isSuperset(of: names) else { throw fail("an unknown member") }
        guard names.contains("result") != names.contains("error") else { throw fail("not one of result and error") }
        if names.contains("error") {
            guard message.code != nil, let text = message.string("error", "message"), !text.isEmpty
            else { throw fail("an error without code or message") }
        }
        guard let id = message.text("id"), id != "null" else { return }
        if !answered.insert(id).inserted, !reusesIDs { throw fail("answered twice") }
    }
}
