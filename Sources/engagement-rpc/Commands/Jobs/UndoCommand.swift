import Bytes
import Platform

/// The command that undoes a run, as it can be pasted into a shell.
enum UndoCommand {
    /// Flags that lead to the workspace and the journal of the run, where they were given on the command line.
    static func line(_ run: String, _ options: Options, isForced: Bool = false) -> String {
        var words = [Environment.programName.map(absolute) ?? "engagement-rpc", "undo", run]
        if isForced { words.append("--force") }
        func add(_ flag: String, _ value: String?) {
            if let value, options.origins[flag] == "flag" { words += [flag, value] }
        }
        add("--sandbox-at", options.sandboxAt)
        add("--journal", options.journal.map { absolute($0.text, always: true) })
        add("--base-url", options.transport.baseURL)
        add("--token-file", options.tokenFile.map { absolute($0.text, always: true) })
        add("--token-command", options.tokenCommand)
        add("--ca-file", options.transport.caFile.map { absolute($0.text, always: true) })
        return words.map(\.quotedForShell).joined(separator: " ")
    }

    /// The absolute path; of a program that was found by its bare name, the name.
    private static func absolute(_ path: String, always: Bool) -> String {
        guard !path.hasPrefix("/"), always || path.contains("/"), let folder = ThisProcess.folder else { return path }
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        return folder == "/" ? "/\(path)" : "\(folder)/\(path)"
    }

    private static func absolute(_ program: String) -> String { absolute(program, always: false) }
}

extension String {
    /// The text as one word of a shell.
    fileprivate var quotedForShell: String {
        let plain = "_-./:=@%+,"
        let isPlain = !isEmpty && utf8.allSatisfy { $0.isAlphanumeric || plain.utf8.contains($0) }
        if isPlain { return self }
        guard unicodeScalars.contains(where: \.isDisturbing) else {
            return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        // A line break or an escape sequence would not survive a terminal.
        var out = "$'"
        for byte in utf8 {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\\") {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 8)
                out += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return out + "'"
    }
}
