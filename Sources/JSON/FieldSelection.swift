import Bytes

/// The wanted fields of an object, as names or dotted paths: `["id", "contacts.emails.email"]`. Copies the bytes of a
/// checked text, without building values.
public final class FieldSelection: Sendable {
    /// One name, and the wanted part of its value: all of it if there are no children.
    private struct Node: Sendable {
        /// In UTF-8: names are equal if their bytes are.
        let name: [UInt8]
        let isWhole: Bool
        let children: [Node]
    }

    private let roots: [Node]

    /// Paths, at most, and names in one of them.
    public static let (pathLimit, depthLimit) = (64, 8)
    /// Levels of nesting that are searched, at most. Each level is scanned once more by the level around it.
    private static let nestingLimit = 24

    /// Nil when a path has an empty name, or there are too many paths or names.
    public init?(_ paths: [String]) {
        guard paths.count <= Self.pathLimit else { return nil }
        var split: [ArraySlice<[UInt8]>] = []
        for path in paths {
            let names = path.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
            guard names.count <= Self.depthLimit, !names.contains([]) else { return nil }
            split.append(names[...])
        }
        roots = Self.nodes(split)
    }

    private static func nodes(_ paths: [ArraySlice<[UInt8]>]) -> [Node] {
        var names: [[UInt8]] = []
        for path in paths { if let name = path.first, !names.contains(name) { names.append(name) } }
        return names.map { name in
            let rests = paths.filter { $0.first == name }.map { $0.dropFirst() }
            let isWhole = rests.contains(where: \.isEmpty)
            return Node(name: name, isWhole: isWhole, children: isWhole ? [] : nodes(rests))
        }
    }

    /// Appends an object with only the wanted members, in its own order, each value byte for byte. In an array, the
    /// selection applies to each element. If only a part of an object is wanted, and the value is no object, `null`
    /// stays and anything else is left out. False, without appending, if the value itself is left out.
    public func append(_ value: JSONSlice, to out: ByteBuffer) -> Bool {
        append(value, roots, Self.nestingLimit, to: out)
    }

    private func append(_ value: JSONSlice, _ nodes: [Node], _ depth: Int, to out: ByteBuffer) -> Bool {
        guard depth > 0 else { return false }
        switch value.kind {
        case .object:
            out.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in value.members {
                guard let node = nodes.first(where: { member.name.spells(utf8: $0.name) }) else { continue }
                let start = out.count
                if !isFirst { out.append(UInt8(ascii: ",")) }
                out.append(member.name.bytes)
                out.append(UInt8(ascii: ":"))
                if node.isWhole {
                    out.append(member.value.bytes)
                } else if !append(member.value, node.children, depth - 1, to: out) {
                    out.truncate(to: start)
                    continue
                }
                isFirst = false
            }
            out.append(UInt8(ascii: "}"))
        case .array:
            out.append(UInt8(ascii: "["))
            var isFirst = true
            for element in value.elements {
                let start = out.count
                if !isFirst { out.append(UInt8(ascii: ",")) }
                if append(element, nodes, depth - 1, to: out) { isFirst = false } else { out.truncate(to: start) }
            }
            out.append(UInt8(ascii: "]"))
        case .null: out.append(value.bytes)
        default: return false
        }
        return true
    }
}
