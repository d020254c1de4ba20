import Bytes

/// The decoded parameters of a query; each name occurs once.
struct Query {
    private(set) var parameters: [(name: String, value: String)] = []

    /// Reads `a=1&b=2`. Throws a 400 for bad percent-encoding, invalid UTF-8, or a repeated name.
    init(_ bytes: Bytes?) throws(Problem) {
        guard let bytes, !bytes.isEmpty else { return }
        var seen: Set<String> = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let pair = Bytes(rebasing: pair)
            let equals = pair.firstPosition(of: UInt8(ascii: "=")) ?? pair.count
            let value = equals < pair.count ? pair.dropping(equals + 1) : Bytes(start: nil, count: 0)
            guard let name = percentDecoded(pair.slice(0, equals), plusIsSpace: true),
                let value = percentDecoded(value, plusIsSpace: true)
            else { throw Problem(400, "The query is not percent-encoded UTF-8.") }
            guard seen.insert(name).inserted else {
                throw Problem(
                    400, "A query parameter comes twice.",
                    errors: [FieldError(field: name, code: "repeated", message: "Give it once.")])
            }
            parameters.append((name, value))
        }
    }

    /// The value of the parameter `name`, or nil.
    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// A 400 for an unknown parameter.
    static func unknown(_ name: String) -> Problem {
        Problem(
            400, "The query has a parameter that this path does not take.",
            errors: [FieldError(field: name, code: "unknown_parameter", message: "There is no such parameter here.")])
    }

    /// Throws a 400 unless every parameter is in `known`.
    func refuse(allBut known: [String]) throws(Problem) {
        for parameter in parameters where !known.contains(parameter.name) { throw Self.unknown(parameter.name) }
    }
}

/// `bytes` with `%41` turned into `A`; nil for a broken escape or bytes that are not UTF-8.
func percentDecoded(_ bytes: Bytes, plusIsSpace: Bool = false) -> String? {
    let decoded = PercentEncoding.decode(bytes, brokenEscape: .refused, plusIsSpace: plusIsSpace)
    return decoded.flatMap { String(validating: $0, as: UTF8.self) }
}
