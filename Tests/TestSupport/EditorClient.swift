/// An editor over one `engagement-rpc`: begins a session of the Language Server Protocol, opens and changes documents,
/// asks, and answers what it is asked.
public final class EditorClient {
    /// The process.
    public let process: HostProcess
    /// The answer to `initialize`.
    public let greeting: Answer
    /// Messages that came while another one was waited for.
    private var kept: [Answer] = []

    /// Begins a session. `capabilities` and `options` (`initializationOptions`) are JSON texts.
    public init(
        _ setup: Setup, capabilities: String = "{}", options: String? = nil, name: String = "test"
    ) throws {
        process = try HostProcess(setup)
        let options = options.map { #","initializationOptions":\#($0)"# } ?? ""
        greeting = try process.call(
            "initialize",
            #"{"processId":null,"rootUri":null,"clientInfo":{"name":"\#(name)"},"capabilities":\#(capabilities)\#(options)}"#
        )
        try notify("initialized", "{}")
    }

    /// The setup of a session that is framed by headers, as editors do.
    public static func setup(_ arguments: [String], environment: [String: String] = [:]) -> Setup {
        var setup = Setup(arguments, environment: environment)
        setup.checks = .headers
        return setup
    }

    // MARK: The editor speaks

    /// Sends a notification; `params` is a JSON text.
    public func notify(_ method: String, _ params: String) throws {
        try process.send(message: #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#)
    }

    /// Asks, and waits for the answer.
    public func ask(_ method: String, _ params: String, within seconds: Double = 10) throws -> Answer {
        try answer(to: process.begin(method, params), within: seconds)
    }

    /// The answer to the request with this id.
    public func answer(to id: String, within seconds: Double = 10) throws -> Answer {
        if let place = kept.firstIndex(where: { $0.text("id") == id && $0.text("method") == nil }) {
            return kept.remove(at: place)
        }
        return try process.answer(to: id, within: seconds)
    }

    /// Opens a document.
    public func open(_ uri: String, _ text: String, version: Int = 1, language: String = "plaintext") throws {
        let item = #""uri":\#(json(uri)),"languageId":"\#(language)","version":\#(version),"text":\#(json(text))"#
        try notify("textDocument/didOpen", "{\"textDocument\":{\(item)}}")
    }

    /// Replaces a range of one line of a document.
    public func change(_ uri: String, version: Int, line: Int, _ range: Range<Int>, _ text: String) throws {
        let change = #"{"range":\#(Self.range(line, range)),"text":\#(json(text))}"#
        try notify(
            "textDocument/didChange",
            #"{"textDocument":{"uri":\#(json(uri)),"version":\#(version)},"contentChanges":[\#(change)]}"#)
    }

    /// Answers a request of the process.
    public func respond(to question: Answer, _ response: String) throws {
        try process.send(message: #"{"jsonrpc":"2.0","id":\#(question.text("id") ?? "null"),\#(response)}"#)
    }

    /// The params of a request about a place.
    public static func place(_ uri: String, line: Int, _ character: Int) -> String {
        #"{"textDocument":{"uri":\#(json(uri))},"position":{"line":\#(line),"character":\#(character)}}"#
    }

    /// The params of a request about some lines.
    public static func lines(_ uri: String, _ lines: Range<Int>) -> String {
        let range =
            #"{"start":{"line":\#(lines.lowerBound),"character":0},"end":{"line":\#(lines.upperBound),"character":0}}"#
        return #"{"textDocument":{"uri":\#(json(uri))},"range":\#(range)}"#
    }

    private static func range(_ line: Int, _ range: Range<Int>) -> String {
        #"{"start":{"line":\#(line),"character":\#(range.lowerBound)},"end":{"line":\#(line),"character":\#(range.upperBound)}}"#
    }

    // MARK: The process speaks

    /// The next request or notification of the process with this method. Other messages stay for later.
    public func next(_ method: String, within seconds: Double = 10) throws -> Answer {
        guard let message = try next(method, before: .patient(seconds)) else {
            throw HarnessFailure("no \(method) came; stderr: \(process.errorText)")
        }
        return message
    }

    /// Whether a message with this method has come or comes in exactly so many seconds, for one that must not come.
    /// Takes it.
    public func comes(_ method: String, within seconds: Double) throws -> Bool {
        try next(method, before: Deadline(in: seconds)) != nil
    }

    private func next(_ method: String, before deadline: Deadline) throws -> Answer? {
        if let place = kept.firstIndex(where: { $0.string("method") == method }) { return kept.remove(at: place) }
        while try process.hasMessage(before: deadline) {
            let message = try process.next()
            if message.string("method") == method { return message }
            kept.append(message)
        }
        return nil
    }

    // MARK: The end

    /// Ends the session as editors do, and checks that the process ends well. Messages that nobody took are dropped.
    public func finish() throws {
        _ = try ask("shutdown", "null")
        try process.send(message: #"{"jsonrpc":"2.0","method":"exit"}"#)
        let ending = try process.waitForExit()
        guard ending == .exited(0) else { throw HarnessFailure("ended with \(ending); stderr: \(process.errorText)") }
        _ = process.takeAll()
        try process.checkLeftovers()
    }
}

/// A text as a JSON string.
public func json(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case _ where scalar.value < 0x20:
            out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out + "\""
}
