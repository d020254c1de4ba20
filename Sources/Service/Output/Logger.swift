import Bytes
import JSON
import JSONRPC

/// Writes one line per event. Callers never give it a token, a body, a query or a URL.
public final class Logger {
    /// How much is written: each level includes those before it.
    public enum Level: Int, CaseIterable, Comparable, Sendable {
        case error, warning, info, debug

        /// Whether `left` is the more serious one.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// The level's name, as in the settings.
        public var name: String {
            switch self {
            case .error: "error"
            case .warning: "warning"
            case .info: "info"
            case .debug: "debug"
            }
        }
    }

    /// The shape of a line.
    public enum Format: String, CaseIterable, Sendable { case text, json }

    /// Bytes of one line, at most.
    public static let lineLimit = 4096

    private let level: Level
    private let format: Format
    private let timestamp: () -> String
    private let sink: (Bytes) -> Void
    private let line = ByteBuffer()

    /// A logger that hands each line, with its newline, to `sink`, which must not block. `timestamp` gives the time as
    /// text.
    public init(
        level: Level, format: Format, timestamp: @escaping () -> String = { "" },
        sink: @escaping (Bytes) -> Void
    ) {
        self.level = level
        self.format = format
        self.timestamp = timestamp
        self.sink = sink
    }

    /// Whether lines of this level are written at all.
    public func isOn(_ level: Level) -> Bool { level <= self.level }

    /// Writes one line: the event and its fields, in order.
    public func write(_ level: Level, _ event: String, _ fields: [(String, LogValue)] = []) {
        guard isOn(level) else { return }
        line.truncate(to: 0)
        switch format {
        case .json: writeJSON(level, event, fields)
        case .text: writeText(level, event, fields)
        }
        if line.count >= Self.lineLimit { line.truncate(to: Self.lineLimit - 1) }
        line.append("\n")
        sink(line.bytes)
    }

    private func writeJSON(_ level: Level, _ event: String, _ fields: [(String, LogValue)]) {
        var json = JSONWriter(line)
        json.beginObject()
        json.member("time", timestamp())
        json.member("level", level.name)
        json.member("event", event)
        for (name, value) in fields {
            switch value {
            case .text(let text): json.member(name, text.cut(after: 200))
            case .number(let number): json.member(name, number)
            }
        }
        json.endObject()
    }

    private func writeText(_ level: Level, _ event: String, _ fields: [(String, LogValue)]) {
        let time = timestamp()
        if !time.isEmpty { line.append(text: time + " ") }
        line.append(text: "engagement-rpc: \(level.name): \(event.printable)")
        for (name, value) in fields {
            line.append(text: " \(name)=")
            switch value {
            case .text(let text): JSONWriter.appendString(text.cut(after: 200), to: line)
            case .number(let number): line.append(decimal: number)
            }
        }
    }
}
