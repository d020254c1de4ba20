import Foundation

/// The part of JSON Schema that tools' schemas use, to check whether an answer fits.
public struct JSONSchema {
    private let root: [String: Any]

    /// Nil for anything but an object.
    public init?(_ text: String?) {
        guard let text, let root = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            return nil
        }
        self.root = root
    }

    /// The faults of a JSON text; none if it fits.
    public func faults(of text: [UInt8]) -> [String] {
        guard let value = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) else {
            return ["no JSON"]
        }
        return Self.faults(of: value, root, "$")
    }

    /// All schemas in it, with their paths: the root, and those of members, elements and alternatives.
    public var all: [(path: String, schema: [String: Any])] { Self.all(root, "$") }

    private static func all(_ schema: [String: Any], _ path: String) -> [(path: String, schema: [String: Any])] {
        var found = [(path, schema)]
        for (name, inner) in schema["properties"] as? [String: Any] ?? [:] {
            if let inner = inner as? [String: Any] { found += all(inner, "\(path).\(name)") }
        }
        for name in ["items", "additionalProperties"] {
            if let inner = schema[name] as? [String: Any] { found += all(inner, "\(path)[]") }
        }
        for (index, inner) in (schema["anyOf"] as? [[String: Any]] ?? []).enumerated() {
            found += all(inner, "\(path)|\(index)")
        }
        return found
    }

    private static func faults(of value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let each = choices.map { faults(of: value, $0, path) }
            return each.contains([]) ? [] : ["\(path) is none of \(choices.count)"] + each.flatMap(\.self)
        }
        if let type = schema["type"] as? String, !isOf(type, value) { return ["\(path) is no \(type): \(value)"] }
        var found: [String] = []
        if let object = value as? [String: Any] {
            let properties = schema["properties"] as? [String: Any] ?? [:]
            for name in schema["required"] as? [String] ?? [] where object[name] == nil {
                found.append("\(path).\(name) is missing")
            }
            for (name, member) in object {
                if let inner = properties[name] as? [String: Any] {
                    found += faults(of: member, inner, "\(path).\(name)")
                } else if let inner = schema["additionalProperties"] as? [String: Any] {
                    found += faults(of: member, inner, "\(path).\(name)")
                } else if schema["additionalProperties"] as? Bool == false {
                    found.append("\(path).\(name) is not known")
                }
            }
        }
        if let array = value as? [Any], let inner = schema["items"] as? [String: Any] {
            for (index, element) in array.enumerated() { found += faults(of: element, inner, "\(path)[\(index)]") }
        }
        return found
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        // JSONSerialization represents flags as numbers, but of a type of their own.
        let isFlag = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
        switch type {
        case "object": return value is [String: Any]
        case "array": return value is [Any]
        case "string": return value is String
        case "null": return value is NSNull
        case "boolean": return isFlag
        case "number": return value is NSNumber && !isFlag
        case "integer":
            return (value as? NSNumber).map { !isFlag && $0.doubleValue.rounded() == $0.doubleValue } ?? false
        default: return false
        }
    }
}
