import Bytes
import EngagementAPI
import JSON
import JSONRPC
import Platform

/// Turns `call`'s PARAMS, as people write them at a shell, into one JSON text: JSON, `-` (stdin), `@FILE`, or words,
/// which are ids, `name=value` and `name:=json`.
struct CallParams {
    /// The method's parameters; empty for an unknown method, whose refusal says so.
    private let parameters: [Parameter]
    private var values: [(name: String, json: ByteBuffer)] = []

    /// The JSON text; nil without words. Throws when it can't be read, or is invalid.
    static func json(_ words: [String], method: String) throws(Failure) -> [UInt8]? {
        guard let first = words.first else { return nil }
        if words.count == 1 {
            if first == "-" { return try input(.standardInput, "stdin") }
            if first.hasPrefix("@") { return try file(String(first.dropFirst())) }
            if isJSON(first) { return Array(first.utf8) }
        }
        if let whole = words.first(where: { $0 == "-" || $0.hasPrefix("@") || isJSON($0) }) {
            throw Failure(
                sentence:
                    "\(Failure.shown(whole)) is all of PARAMS or none of it: give it alone, or ids, name=value and "
                    + "name:=json.")
        }
        var params = CallParams(parameters: Method.all.first { $0.name == method }?.parameters ?? [])
        // Named values first, because an id takes a parameter that has no value yet.
        for word in words { if let (name, value) = assignment(word) { try params.assign(name, value) } }
        for word in words where assignment(word) == nil { try params.place(word) }
        return params.text
    }

    private init(parameters: [Parameter]) { self.parameters = parameters }

    /// Whether a word is meant as JSON: it begins like an object, a list or a string, or all of it is JSON.
    private static func isJSON(_ word: String) -> Bool {
        switch word.utf8.first(where: { !$0.isSpace }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): true
        default: checked(word) != nil
        }
    }

    /// `word` as a JSON text; nil if it is none.
    private static func checked(_ word: String) -> ByteBuffer? {
        let text = ByteBuffer(word.utf8)
        return withExtendedLifetime(text) {
            var scanner = JSONScanner(text.bytes)
            return (try? scanner.text()).map { ByteBuffer($0.bytes) }
        }
    }

    // MARK: Words

    private enum Value { case text(String), json(String) }

    /// The name and value of `name=value` or `name:=json`; nil for any other word.
    private static func assignment(_ word: String) -> (name: String, value: Value)? {
        guard let sign = word.firstIndex(of: "=") else { return nil }
        let (head, tail) = (word[..<sign], String(word[word.index(after: sign)...]))
        let name = head.hasSuffix(":") ? head.dropLast() : head
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "_") }) else { return nil }
        return (String(name), head.hasSuffix(":") ? .json(tail) : .text(tail))
    }

    private mutating func assign(_ name: String, _ value: Value) throws(Failure) {
        let kind = parameters.first { $0.name == name }?.kind
        let json: ByteBuffer
        switch value {
        case .text(let text): json = try Self.reading(text, as: kind, of: name)
        case .json(let text):
            guard let found = Self.checked(text) else {
                throw Failure(sentence: "What follows \(name):= is not JSON; for text write \(name)=TEXT.")
            }
            json = found
        }
        guard let index = values.firstIndex(where: { $0.name == name }) else { return values.append((name, json)) }
        guard kind?.shape.isList == true, case .text = value, let joined = Self.joined(values[index].json, json) else {
            throw Failure(sentence: "\(name) is given twice.")
        }
        values[index].json = joined
    }

    /// `text` as JSON. If the parameter takes no text, reads it as a number, true or false, words separated by commas,
    /// or JSON.
    private static func reading(
        _ text: String, as kind: (any ParameterKind)?, of name: String
    ) throws(Failure) -> ByteBuffer {
        let shape = kind?.shape ?? .text
        switch shape {
        case .integer, .flag:
            if let json = checked(text) { return json }
        case .any:
            if !text.hasPrefix("\""), let json = checked(text) { return json }
        case .object:
            if text.utf8.first.map({ $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) ?? false,
                let json = checked(text)
            {
                return json
            }
        case .ids, .words, .list, .places:
            if text.hasPrefix("["), let json = checked(text) { return json }
            // A name may contain a comma.
            let isSplit = if case .list = shape { false } else { true }
            let words = isSplit ? text.split(separator: ",").map { $0.filter { $0 != " " } } : [text]
            // A shell's variable that is not set would take everybody off.
            guard words.contains(where: { !$0.isEmpty }) else {
                throw Failure(sentence: "There is nothing behind \(name)=; an empty list is \(name):=[].")
            }
            let out = ByteBuffer()
            var json = JSONWriter(out)
            json.beginArray()
            for word in words { json.string(word) }
            json.endArray()
            return out
        case .id, .text: break
        }
        let out = ByteBuffer()
        JSONWriter.appendString(text, to: out)
        return out
    }

    /// Gives an id to the parameter of its kind, or else to the next one that takes ids, whose check judges it. Throws
    /// for a word that doesn't begin like an id, and for one too many.
    private mutating func place(_ word: String) throws(Failure) {
        let isFree: (Parameter) -> Bool = { [values] parameter in !values.contains { $0.name == parameter.name } }
        if let named = parameters.first(where: { $0.kind.shape.idPrefix.map(word.hasPrefix) ?? false && isFree($0) }) {
            return try assign(named.name, .text(word))
        }
        if let list = parameters.first(where: { $0.kind.shape.listPrefix.map(word.hasPrefix) ?? false }) {
            return try assign(list.name, .text(word))
        }
        guard Self.isIDLike(word) else {
            throw Failure(
                sentence:
                    "\(Failure.shown(word)) is not JSON and not an id: PARAMS is JSON, -, @FILE, ids, name=value, or "
                    + "name:=json.")
        }
        guard !parameters.isEmpty else { return }
        let takesIDs: (Parameter) -> Bool = { parameter in
            let shape = parameter.kind.shape
            return shape.listPrefix != nil || shape.idPrefix != nil && isFree(parameter)
        }
        guard let next = parameters.first(where: takesIDs) else {
            let id = "\(word.prefix { $0 != "_" })_…"
            throw Failure(
                sentence:
                    "There are more words than ids that the method takes: one is \(id); for another parameter write "
                    + "name=\(id).")
        }
        try assign(next.name, .text(word))
    }

    /// Whether it begins like an id.
    private static func isIDLike(_ word: String) -> Bool {
        let head = word.utf8.prefix { ($0 | 0x20) &- 0x61 < 26 }
        return !head.isEmpty && word.utf8.dropFirst(head.count).first == UInt8(ascii: "_")
    }

    private static func joined(_ first: ByteBuffer, _ second: ByteBuffer) -> ByteBuffer? {
        withExtendedLifetime((first, second)) {
            let (left, right) = (JSONSlice(checked: first.bytes), JSONSlice(checked: second.bytes))
            guard left.kind == .array, right.kind == .array else { return nil }
            let out = ByteBuffer()
            var json = JSONWriter(out)
            json.beginArray()
            for list in [left, right] { for element in list.elements { json.raw(element.bytes) } }
            json.endArray()
            return out
        }
    }

    private var text: [UInt8] {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        for (name, value) in values {
            json.name(name)
            json.raw(value)
        }
        json.endObject()
        return withExtendedLifetime(out) { Array(out.bytes) }
    }

    // MARK: Files

    private static func file(_ path: String) throws(Failure) -> [UInt8] {
        guard !path.isEmpty else { throw Failure(sentence: "@ needs the name of a file behind it: @params.json.") }
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor.open(FilePath(path), .reading)
        } catch {
            throw Failure(sentence: "\(path.quoted) can't be opened: \(error.text).", code: Failure.noInput)
        }
        defer { file.close() }
        return try input(file, path.quoted)
    }

    /// Reads everything, up to the limit of a message, without a byte-order mark.
    private static func input(_ descriptor: FileDescriptor, _ name: String) throws(Failure) -> [UInt8] {
        let all = ByteBuffer()
        while all.count <= FrameReader.messageLimit {
            do throws(SystemError) {
                guard try descriptor.read(onto: all, atLeast: 1 << 16) == 0 else { continue }
                return Array(all.bytes.starts(with: "\u{FEFF}") ? all.bytes.dropping(3) : all.bytes)
            } catch .interrupted {
                continue
            } catch .wouldBlock {
                descriptor.wait(for: .readable)
            } catch {
                throw Failure(sentence: "PARAMS can't be read from \(name): \(error.text).", code: Failure.ioError)
            }
        }
        throw Failure(sentence: "PARAMS on \(name) are longer than \(FrameReader.messageLimit) bytes.")
    }
}

extension ValueShape {
    /// The prefix of a single id.
    fileprivate var idPrefix: String? { if case .id(let prefix) = self { prefix } else { nil } }

    /// The prefix of the ids in a list.
    fileprivate var listPrefix: String? { if case .ids(let prefix) = self { prefix } else { nil } }

    fileprivate var isList: Bool {
        switch self {
        case .ids, .words, .list, .places: true
        case .text, .id, .integer, .flag, .object, .any: false
        }
    }
}
