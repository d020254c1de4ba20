import Bytes
import JSON

/// One JSON text that the process wrote, checked, with its bytes.
public struct Answer: Sendable, CustomStringConvertible {
    /// The text, without the line break.
    public let bytes: [UInt8]

    /// The members of the object, found by the check, so that megabytes are read once.
    private let members: [(name: String?, place: Range<Int>)]?

    /// Checks that `bytes` are exactly one JSON text. Throws `HarnessFailure` otherwise.
    public init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        do {
            members = try bytes.withUnsafeBytes(Self.scan)
        } catch {
            throw HarnessFailure("not one JSON text (\(error)): \(excerpt(bytes))")
        }
    }

    /// An answer wraps a text from outside, so it has a few levels more than the process's own limit.
    private static let outermost = -8

    private static func scan(_ all: Bytes) throws -> [(name: String?, place: Range<Int>)]? {
        var scanner = JSONScanner(all)
        guard all.first(where: { !$0.isSpace }) == UInt8(ascii: "{") else {
            _ = try scanner.value(depth: outermost)
            try scanner.finish()
            return nil
        }
        var found: [(name: String?, place: Range<Int>)] = []
        var object = try scanner.openObject(depth: outermost)
        while let member = try scanner.nextMember(of: &object) {
            guard let start = member.value.bytes.baseAddress, let base = all.baseAddress else { continue }
            found.append((member.name.string, (start - base)..<(start - base + member.value.bytes.count)))
        }
        try scanner.finish()
        return found
    }

    /// The whole text.
    public var description: String { excerpt(bytes, limit: 2000) }

    /// The bytes at a path of member names and array positions, as spelled; nil when there is no such member.
    public func text(_ path: String...) -> String? {
        find(path) { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// The string at `path`, decoded; nil when there is none.
    public func string(_ path: String...) -> String? { find(path) { $0.string } }

    /// The number at `path`, if it is whole; nil when there is none.
    public func int(_ path: String...) -> Int? { find(path) { $0.integer } }

    /// The number at `path`; nil when there is none.
    public func double(_ path: String...) -> Double? {
        find(path) { $0.kind == .number ? Double(String(decoding: $0.bytes, as: UTF8.self)) : nil }
    }

    /// `true` or `false` at `path`; nil when there is neither.
    public func bool(_ path: String...) -> Bool? { find(path) { $0.bool } }

    /// How many members or elements the object or array at `path` has; nil when there is none.
    public func count(_ path: String...) -> Int? {
        find(path) { slice in
            switch slice.kind {
            case .object: slice.members.reduce(0) { sum, _ in sum + 1 }
            case .array: slice.elements.reduce(0) { sum, _ in sum + 1 }
            default: nil
            }
        }
    }

    /// The member names of the object at `path`, in order, duplicates included; nothing when there is none.
    public func names(_ path: String...) -> [String] {
        if path.isEmpty, let members { return members.compactMap(\.name) }
        return find(path) { $0.members.compactMap(\.name.string) } ?? []
    }

    /// The elements of the array at `path`; nothing when there is none.
    public func elements(_ path: String...) throws -> [Answer] {
        try (find(path) { $0.elements.map { [UInt8]($0.bytes) } } ?? []).map(Answer.init)
    }

    /// `error.code`; nil if there is no error.
    public var code: Int? { int("error", "code") }

    /// `error.data.kind`; nil if there is no error.
    public var kind: String? { string("error", "data", "kind") }

    /// Whether the text is an array.
    public var isBatch: Bool { bytes.first { !$0.isSpace } == UInt8(ascii: "[") }

    private func find<Value>(_ path: [String], _ read: (JSONSlice) -> Value?) -> Value? {
        bytes.withUnsafeBytes { all in
            var (part, path) = (all, path[...])
            if let members, let name = path.first {
                guard let place = members.first(where: { $0.name == name })?.place else { return nil }
                part = all.slice(place.lowerBound, place.upperBound)
                path = path.dropFirst()
            }
            var scanner = JSONScanner(part)
            guard var slice = try? scanner.value(depth: Self.outermost) else { return nil }
            for step in path {
                guard let next = Self.child(of: slice, step) else { return nil }
                slice = next
            }
            return read(slice)
        }
    }

    private static func child(of slice: JSONSlice, _ step: String) -> JSONSlice? {
        guard slice.kind == .array else { return slice.members.first { $0.name.string == step }?.value }
        guard let index = Int(step) else { return nil }
        return slice.elements.dropFirst(index).first { _ in true }
    }
}
