import Bytes
import HTTP
import JSON
import JSONRPC

/// The methods that a process offers, ready for look-up.
public final class MethodTable {
    /// A method and facts that are computed once.
    public final class Entry {
        /// The method.
        public let method: Method
        /// Whether the settings allow it.
        public let isAllowed: Bool
        let name: ByteBuffer
        let fingerprint: UInt64
        let path: [PathPiece]
        let parameterNames: [ByteBuffer]
        let places: [Parameter.Place]
        let required: [Bool]
        let nullable: [Bool]
        /// Whether an empty body would change nothing.
        let needsChange: Bool
        /// The indices of the parameters that shape the answer.
        let shapers: (fields: Int?, all: Int?, maxItems: Int?, waitFor: Int?)
        /// The indices of the parameters of which a call gives exactly one.
        let alternatives: [Int]
        /// The indices of the parameters that edit an engagement's contacts.
        let editors: (dryRun: Int?, expected: Int?, report: Int?)
        /// The index of a flag in the body that needs a further scope.
        let scopedFlag: Int?
        /// Whether its requests have a body.
        public let takesBody: Bool
        /// Facts that each call needs, computed once because a `Method` is expensive to copy.
        public let isWrite: Bool
        /// Whether it may remove something.
        public let isDestructive: Bool
        /// Whether it controls the sandbox.
        public let isControl: Bool
        /// What this process does itself; nil for other methods.
        public let local: Method.Local?
        /// Which member of the answer must equal the id in the path, for a call of one request.
        public let subject: Method.Subject?
        /// Whether it replaces an engagement's contacts with one request.
        public let replacesContacts: Bool
        /// Whether a call is one request, unless its terms say otherwise.
        public var isPlain: Bool { composition == nil && !replacesContacts }
        /// How several requests make one call; nil for one request.
        public let composition: Method.Composition?
        /// The HTTP method of a call that is one request.
        public let verb: HTTPVerb
        /// The repeatability of that request.
        public let repeatability: Repeatability

        /// A part of the path: literal bytes, or the id that is the parameter at an index.
        enum PathPiece {
            case literal(ByteBuffer)
            case parameter(Int, IDKind)
        }

        init(_ method: Method, isAllowed: Bool) {
            self.method = method
            self.isAllowed = isAllowed
            name = ByteBuffer(text: method.name)
            fingerprint = name.bytes.fingerprint
            parameterNames = method.parameters.map { ByteBuffer(text: $0.name) }
            places = method.parameters.map(\.place)
            required = method.parameters.map(\.isRequired)
            nullable = method.parameters.map(\.kind.isNullable)
            if case .http(.patch, _, _) = method.action { needsChange = true } else { needsChange = false }
            func place(_ name: String) -> Int? {
                method.parameters.firstIndex { $0.name == name && $0.place == .local }
            }
            shapers = (place("fields"), place("all"), place("max_items"), place("wait_for"))
            alternatives = method.alternatives.compactMap { name in
                method.parameters.firstIndex { $0.name == name }
            }
            editors = (place("dry_run"), place("expected_contact_ids"), place("report_changes"))
            scopedFlag = method.parameters.firstIndex { ($0.kind as? FlagKind)?.scope != nil }
            takesBody = method.parameters.contains { $0.place == .body }
            isWrite = method.isWrite
            isDestructive = method.isDestructive && method.availability == .listed
            isControl = method.availability == .sandbox
            if case .local(let local) = method.action { self.local = local } else { local = nil }
            if case .composed(let composition, _) = method.action {
                self.composition = composition
            } else {
                composition = nil
            }
            if case .http(let verb, _, let repeatability) = method.action {
                (self.verb, self.repeatability) = (verb, repeatability)
            } else {
                (verb, repeatability) = (.get, .read)
            }
            subject = method.subject
            replacesContacts = composition == nil && method.tellsChanges
            path = Self.pieces(of: method)
        }

        private static func pieces(of method: Method) -> [PathPiece] {
            var rest: Substring
            switch method.action {
            case .http(_, let path, _), .composed(_, let path): rest = path[...]
            case .local: return []
            }
            var pieces: [PathPiece] = []
            while let open = rest.firstIndex(of: "{"), let close = rest.firstIndex(of: "}") {
                pieces.append(.literal(ByteBuffer(text: String(rest[..<open]))))
                let name = rest[rest.index(after: open)..<close]
                let named = method.parameters.firstIndex { $0.name == name }
                guard let named, case .id(let prefix) = method.parameters[named].kind.shape else {
                    preconditionFailure("\(method.name): no id \(name)")
                }
                pieces.append(.parameter(named, IDKind(prefix: prefix)))
                rest = rest[rest.index(after: close)...]
            }
            if !rest.isEmpty { pieces.append(.literal(ByteBuffer(text: String(rest)))) }
            return pieces
        }
    }

    /// Which methods of the table a process offers.
    public struct Filter: Sendable {
        /// Whether to refuse methods that write.
        public var isReadOnly = false
        /// Names, or prefixes that end in `*`; nil for all.
        public var patterns: [String]?
        /// The tools that agents are offered. All other methods can still be called.
        public var toolsets: [Toolset]
        /// Whether the process keeps a journal. Without one, methods that need it are not offered.
        public var hasJournal: Bool

        /// A filter that allows everything.
        public init(
            isReadOnly: Bool = false, patterns: [String]? = nil, toolsets: [Toolset] = [.attendees],
            hasJournal: Bool = false
        ) {
            self.isReadOnly = isReadOnly
            self.patterns = patterns
            self.toolsets = toolsets
            self.hasJournal = hasJournal
        }

        /// Whether `method` may be called. The process's own methods always may.
        public func allows(_ method: Method) -> Bool {
            if isReadOnly, method.isWrite { return false }
            guard let patterns, method.isRemote, method.availability == .listed else { return true }
            return patterns.contains { Self.matches($0, method.name) }
        }

        /// Whether `pattern` is `name`, or a prefix of `name` followed by `*`.
        public static func matches(_ pattern: String, _ name: String) -> Bool {
            pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
        }
    }

    /// All entries, including refused ones.
    public let entries: [Entry]
    private let toolsets: [Toolset]
    /// Whether the process keeps a journal.
    public let hasJournal: Bool

    /// The table of a process with these settings.
    public init(filter: Filter = Filter(), sandbox: Bool = false) {
        toolsets = filter.toolsets
        hasJournal = filter.hasJournal
        entries = Method.all.filter { sandbox || $0.availability != .sandbox }
            .map { Entry($0, isAllowed: filter.allows($0)) }
        for (index, entry) in entries.enumerated() {
            precondition(
                !entries[..<index].contains { $0.fingerprint == entry.fingerprint }, "two methods have one name")
        }
    }

    /// The methods that lists and documents name.
    public var listed: [Method] {
        entries.filter { $0.isAllowed && $0.method.availability != .unlisted }.map(\.method)
    }

    /// The methods that agents are offered.
    public var offered: [Method] {
        listed.filter { method in
            toolsets.contains { $0.contains(method) } && (hasJournal || !method.needsJournal)
        }
    }

    /// The entry named `name`, or nil.
    public func entry(named name: JSONSlice) -> Entry? {
        guard let plain = name.plainString else {
            guard let decoded = name.string else { return nil }
            return entry(of: decoded)
        }
        let fingerprint = plain.fingerprint
        for entry in entries where entry.fingerprint == fingerprint && entry.name.bytes.equals(plain) { return entry }
        return nil
    }

    /// The entry of a method, or nil.
    public func entry(of method: String) -> Entry? { entries.first { $0.method.name == method } }

    /// The refusal of an unknown name.
    public func unknown(_ name: JSONSlice) -> RPCFailure {
        let text = name.string ?? name.bytes.text
        let isOfSandbox = Method.all.contains { $0.name == text && $0.availability == .sandbox }
        let hint =
            isOfSandbox
            ? " It is a sandbox's, with --sandbox or --sandbox-at."
            : text.nearest(in: listed.map(\.name)).map { " Did you mean \($0)?" } ?? " rpc.discover lists them."
        return RPCFailure(.methodNotFound, "There is no method \(text.quoted).\(hint)")
    }

    /// The refusal of a method that the settings exclude.
    public static func notAllowed(_ method: Method) -> RPCFailure {
        RPCFailure(.notAllowed, "\(method.name) is switched off in this process by --read-only or --methods.")
            .unsent(method)
    }
}
