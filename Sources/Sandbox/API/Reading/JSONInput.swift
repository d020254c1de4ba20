import Bytes
import Foundation

/// A JSON value of an API request, read by Foundation: an oracle that shared the client's scanner would share its
/// mistakes.
enum JSONInput: Sendable {
    case null
    case bool(Bool)
    /// A whole number that an `Int` holds.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONInput])
    case object([String: JSONInput])

    /// Reads a whole text; nil if it is not JSON. Of a repeated name, one value counts.
    init?(_ text: Bytes) {
        guard let shape = Shape(text), !shape.hasStrayComma, !text.starts(with: "\u{FEFF}"),
            let start = text.baseAddress
        else { return nil }
        let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: text.count, deallocator: .none)
        guard let value = try? JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]) else {
            return nil
        }
        self = Self.value(value)
    }

    private static func value(_ any: Any) -> JSONInput {
        switch any {
        case let text as String: return .string(text)
        case let list as [Any]: return .array(list.map(value))
        case let object as [String: Any]: return .object(object.mapValues(value))
        case let number as NSNumber:
            // `1 as? Bool` succeeds, so the number's own type decides.
            switch number.objCType.pointee {
            case CChar(bitPattern: UInt8(ascii: "c")): return .bool(number.boolValue)
            case CChar(bitPattern: UInt8(ascii: "d")), CChar(bitPattern: UInt8(ascii: "f")):
                return Int(exactly: number.doubleValue).map { .integer($0) } ?? .number(number.doubleValue)
            default: return Int(exactly: number).map { .integer($0) } ?? .number(number.doubleValue)
            }
        default: return .null
        }
    }

    subscript(name: String) -> JSONInput? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var isObject: Bool { if case .object = self { true } else { false } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    var array: [JSONInput]? { if case .array(let list) = self { list } else { nil } }

    /// What the brackets and commas of a text tell.
    struct Shape {
        /// The most brackets that are open at once.
        private(set) var depth = 0
        /// Whether nothing follows a comma, which Foundation accepts.
        private(set) var hasStrayComma = false

        /// Nil for an empty text.
        init?(_ text: Bytes) {
            guard !text.isEmpty else { return nil }
            var (open, isInString, isEscaped, isBehindComma) = (0, false, false, false)
            for byte in text where !byte.isSpace || isInString {
                if isInString {
                    isInString = byte != UInt8(ascii: "\"") || isEscaped
                    isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    open += 1
                    depth = max(depth, open)
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    open -= 1
                    hasStrayComma = hasStrayComma || isBehindComma
                default: break
                }
                isBehindComma = byte == UInt8(ascii: ",")
            }
        }
    }
}
