import Bytes
import JSON
import JSONRPC

/// The API's error body, as far as it is known: RFC 9457 with the API's own `errors`, and the forms of proxies and
/// frameworks. Members of a wrong type are ignored.
struct ProblemBody {
    /// The whole body on one line; nil when it is not JSON.
    private(set) var text: [UInt8]?
    private(set) var requestID: String?
    /// The refused fields; the first 100.
    private(set) var errors: [FieldError] = []
    /// The problem's own words, on one line and without a full stop at the end.
    private(set) var words: String?

    /// Refused fields that are kept, at most.
    private static let errorLimit = 100
    /// Characters of the problem's own words, at most.
    private static let wordsLimit = 300

    init(_ body: Bytes) {
        var scanner = JSONScanner(body)
        guard let root = try? scanner.text() else { return }
        text = root.bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        requestID = root.member("request_id")?.string
        if let list = root.member("errors") { collect(list, field: "", depth: 0) }
        let error = root.member("error")
        let candidates = [
            root.member("detail"), root.member("title"), root.member("message"), error?.member("message"), error, root,
        ]
        words = candidates.lazy.compactMap { $0?.string.flatMap(Self.sentence) }.first
    }

    /// Collects the refused fields from a list of objects, a list of sentences, or an object of either by field.
    private mutating func collect(_ value: JSONSlice, field: String, depth: Int) {
        guard errors.count < Self.errorLimit, depth < 4 else { return }
        switch value.kind {
        case .string:
            guard let message = value.string, !message.isEmpty else { return }
            errors.append(FieldError(field: field, code: "", message: message))
        case .array:
            for element in value.elements where errors.count < Self.errorLimit {
                if element.kind != .object {
                    collect(element, field: field, depth: depth + 1)
                } else if let error = Self.error(element, field) {
                    errors.append(error)
                }
            }
        case .object:
            for member in value.members {
                let name = member.name.string ?? member.name.bytes.text
                collect(member.value, field: field.isEmpty ? name : "\(field).\(name)", depth: depth + 1)
            }
        default: break
        }
    }

    /// `{field, code, message}`; nil for any other object.
    private static func error(_ object: JSONSlice, _ outer: String) -> FieldError? {
        let field = object.member("field")?.string
        let message = object.member("message")?.string ?? object.member("detail")?.string
        guard field != nil || message != nil else { return nil }
        let code = object.member("code")?.string ?? (field == nil ? "" : "invalid")
        return FieldError(field: field ?? outer, code: code, message: message ?? "")
    }

    /// `text` on one line, cut, without a full stop at the end; nil if nothing is left.
    static func sentence(_ text: String) -> String? {
        // Cut first, because only a few words of up to 60 MB are needed.
        let words = text.cut(after: 4 * wordsLimit).split { $0.isWhitespace }.map(String.init)
        var sentence = ""
        for word in words { sentence += (sentence.isEmpty ? "" : " ") + word }
        while sentence.hasSuffix(".") { sentence.removeLast() }
        return sentence.isEmpty ? nil : sentence.cut(after: wordsLimit, "…")
    }
}
