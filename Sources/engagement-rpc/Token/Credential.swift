import Bytes
import CSystem
import Glibc
import Runtime
import Service

/// The token, and where to read it again. Prints as dots.
final class Credential: CustomStringConvertible {
    private var token: String? { didSet { remember() } }
    /// The tokens there were.
    private var secrets: [[UInt8]] = []
    private let file: FilePath?
    private let command: TokenCommand?
    /// Told, once, when others may read the token file.
    var warn: (String) -> Void = { _ in }
    private var hasWarned = false
    var description: String { "••••" }

    /// The longest token taken, in bytes.
    static let limit = 8192

    /// Why there is no usable token, as a sentence that does not show it.
    struct Problem: Error {
        let sentence: String
    }

    /// A token that is known, or a file or a command to have it from when it is first needed.
    init(token: String?, file: FilePath?, command: TokenCommand?) {
        self.token = token
        self.file = file
        self.command = command
        remember()
    }

    private func remember() {
        if let token { secrets.append(Array(token.utf8)) }
    }

    /// Has the command run where there is no token yet and one to run.
    func obtain() -> TokenAnswer {
        guard token == nil, let command else { return .ready }
        switch command.collect() {
        case nil: return .awaited
        case .failed(let sentence): return .failed(sentence)
        case .printed(let line):
            token = Self.bare(String(decoding: line, as: UTF8.self))
            // A second time it may print what can be used.
            guard let token, let fault = Self.fault(token) else { return .ready }
            self.token = nil
            return .failed("What the token command printed \(fault).")
        }
    }

    /// The value of the `Authorization` header: API keys go bare, anything else as a bearer token (API reference,
    /// "Authentication and scopes").
    func authorization() throws(Problem) -> String {
        if token == nil, let file { token = try read(file) }
        guard let token else {
            throw Problem(
                sentence:
                    "There is no token: set ENGAGEMENT_RPC_TOKEN, --token-file or --token-command, or try --sandbox.")
        }
        if let fault = Self.fault(token) { throw Problem(sentence: "The token \(fault); set it anew.") }
        return token.hasPrefix("sk-apik_") ? token : "Bearer \(token)"
    }

    /// What keeps a text from being a token, or nil. Names what people leave around one when they copy it.
    private static func fault(_ token: String) -> String? {
        let bytes = Array(token.utf8)
        guard let first = bytes.first, let last = bytes.last else { return "is empty" }
        if token.lowercased().hasPrefix("bearer ") {
            return "begins with the word Bearer, which is added where it is needed"
        }
        let quotes = Array("\"'`".utf8)
        if quotes.contains(first) || quotes.contains(last) { return "has quotes around it" }
        if isPlaceholder(token) { return "is still a placeholder and not a key" }
        if bytes.contains(0) { return "comes from a file in UTF-16; save it as UTF-8" }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "holds something other than visible ASCII" }
        return bytes.count > limit ? "is longer than \(limit) bytes" : nil
    }

    /// What stands in examples and configurations where a key belongs.
    private static func isPlaceholder(_ token: String) -> Bool {
        let text = token.lowercased()
        if text.hasPrefix("${")
            || text.hasPrefix("$") && text.dropFirst().utf8.allSatisfy({ $0.isAlphanumeric || $0 == 0x5F })
        {
            return true
        }
        let brackets = [("<", ">"), ("{{", "}}"), ("[", "]"), ("%", "%")]
        if brackets.contains(where: { text.hasPrefix($0.0) && text.hasSuffix($0.1) }) { return true }
        let stem = text.hasPrefix("sk-apik_") ? text.dropFirst("sk-apik_".count) : text[...]
        if ["your_", "your-", "changeme", "change_me", "replace_me", "insert_"].contains(where: stem.hasPrefix) {
            return true
        }
        return stem.hasSuffix("...") || stem.hasSuffix("…")
            || 3...64 ~= stem.count && stem.allSatisfy { $0 == "x" }
    }

    /// Reads the file, or runs the command, again: is it another token than before?
    func refresh() -> TokenAnswer {
        let fresh: String
        if let command {
            switch command.collect() {
            case nil: return .awaited
            case .failed(let sentence):
                warn(sentence)
                return .failed(sentence)
            case .printed(let line): fresh = Self.bare(String(decoding: line, as: UTF8.self))
            }
        } else if let file {
            do throws(Problem) {
                fresh = try read(file)
            } catch {
                return .failed(error.sentence)
            }
        } else {
            return .failed("")
        }
        if fresh == token { return .failed("") }
        if let fault = Self.fault(fresh) {
            let source = file == nil ? "What the token command printed" : "The token file"
            return .failed("\(source) \(fault) now, so there is no other token to try.")
        }
        token = fresh
        return .ready
    }

    /// Writes stars over the token, and over the ones before it, wherever they stand in `bytes`, however JSON may spell
    /// them there (`\/`, `\u0026`), inside another text too. One of less than 8 bytes is as likely any other word.
    func conceal(in bytes: UnsafeMutableRawBufferPointer) {
        let mayBeEscaped = Bytes(bytes).firstPosition(of: UInt8(ascii: "\\")) != nil
        for secret in secrets where secret.count >= 8 {
            // Without an escape it can only stand there as it is, which is quickly seen.
            let isThere = mayBeEscaped || rpc_contains(bytes.baseAddress, bytes.count, secret, secret.count) != 0
            guard isThere else { continue }
            var start = 0
            while start < bytes.count {
                let isEscape = bytes[start] == UInt8(ascii: "\\")
                guard isEscape || bytes[start] == secret[0] else {
                    start += 1
                    continue
                }
                let end = Self.end(of: secret, in: Bytes(bytes), from: start)
                guard let end else {
                    start += 1
                    while isEscape, start < bytes.count, bytes[start] == UInt8(ascii: "\\") { start += 1 }
                    continue
                }
                // An escape goes as a whole, or what is left of it would be none.
                while start > 0, bytes[start - 1] == UInt8(ascii: "\\") { start -= 1 }
                for index in start..<end { bytes[index] = UInt8(ascii: "*") }
                start = end
            }
        }
    }

    /// Behind `secret` in `bytes` when it stands at `start`.
    private static func end(of secret: [UInt8], in bytes: Bytes, from start: Int) -> Int? {
        let backslash = UInt8(ascii: "\\")
        var at = start
        var isBehindBackslash = false
        for wanted in secret {
            let run = at
            while at < bytes.count, bytes[at] == backslash { at += 1 }
            // A backslash of the token's own: as many as there are spell it, alone or with what stands behind them.
            if wanted == backslash {
                guard at > run || isBehindBackslash else { return nil }
                isBehindBackslash = true
                if let unit = unit(in: bytes, at), unit == wanted { at += 5 }
                continue
            }
            guard at < bytes.count else { return nil }
            let isEscaped = at > run || isBehindBackslash
            isBehindBackslash = false
            if isEscaped, let unit = unit(in: bytes, at), unit == wanted {
                at += 5
                continue
            }
            let mayBeEscaped = at == run || wanted == UInt8(ascii: "/") || wanted == UInt8(ascii: "\"")
            guard mayBeEscaped, bytes[at] == wanted else { return nil }
            at += 1
        }
        return at
    }

    /// The character below U+0100 that `uXXXX` at `place` stands for.
    private static func unit(in bytes: Bytes, _ place: Int) -> UInt8? {
        guard place + 5 <= bytes.count, bytes[place] == UInt8(ascii: "u") else { return nil }
        return UInt16(bytes.slice(place + 1, place + 5).text, radix: 16).flatMap { UInt8(exactly: $0) }
    }

    /// The first line of a regular file. Never waits: a FIFO or directory is refused.
    private func read(_ path: FilePath) throws(Problem) -> String {
        let file: ReadableFile
        do throws(ReadableFile.Refusal) {
            file = try ReadableFile(path)
        } catch {
            throw Problem(sentence: "The token file can't be opened (\(error.reason)); check the path of --token-file.")
        }
        guard file.isRegular else {
            throw Problem(sentence: "The token file is not a regular file; --token-file takes the path of one.")
        }
        guard file.isOurs else {
            throw Problem(
                sentence: "The token file belongs to another user; copy it, or name it in --token-command 'cat FILE'.")
        }
        if file.isOpenToOthers, !hasWarned {
            hasWarned = true
            warn("The token file can be read or changed by others; chmod 600 keeps it to its owner.")
        }
        guard let start = try? file.start(Self.limit + 4) else {
            throw Problem(sentence: "The token file can't be read; check its permissions.")
        }
        let end = start.bytes.firstPosition(of: 0x0A) ?? start.count
        return Self.bare(start.bytes.slice(0, end).text)
    }

    /// Without the byte-order mark that some editors write, and without blanks and line breaks around.
    private static func bare(_ line: String) -> String {
        var scalars = line.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }

    /// Blanks and line breaks, those that come with a copied text too.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t"..."\r", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}": true
        default: false
        }
    }

    /// Takes the token out of the process's environment: the bytes themselves are overwritten, because `unsetenv`
    /// leaves them in `/proc/PID/environ`.
    static func takeFromEnvironment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        memset(value, 0, strlen(value))
        unsetenv(name)
        // Empty is as good as not set, as with every other variable.
        let token = bare(text)
        return token.isEmpty ? nil : token
    }
}
