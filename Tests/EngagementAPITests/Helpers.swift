import Bytes
import Foundation
import HTTP
import JSON
import JSONRPC

@testable import EngagementAPI

/// What binding gave: a request, or the field that was refused and why.
enum Bound: Equatable {
    case request(target: String, body: String)
    case refused(field: String, code: String)
}

/// Binds `params` (a JSON text; nil for none) to `method`.
func bind(_ method: String, _ params: String?, terms: ((CallTerms) -> Void)? = nil) -> Bound {
    let table = MethodTable(sandbox: true)
    guard let entry = table.entries.first(where: { $0.method.name == method }) else {
        return .refused(field: "", code: "")
    }
    return bind(entry, params, terms: terms)
}

func bind(_ entry: MethodTable.Entry, _ params: String?, terms: ((CallTerms) -> Void)? = nil) -> Bound {
    let (target, body) = (ByteBuffer(), ByteBuffer())
    var text = params ?? "null"
    return text.withUTF8 { bytes in
        var scanner = JSONScanner(Bytes(bytes))
        guard let root = try? scanner.text() else { return .refused(field: "(not JSON)", code: "") }
        do throws(RPCFailure) {
            let found = try entry.bind(root.kind == .null ? nil : root, target: target, body: body)
            terms?(found)
            return .request(target: target.bytes.text, body: body.bytes.text)
        } catch {
            return .refused(field: error.errors.first?.field ?? "", code: error.errors.first?.code ?? "")
        }
    }
}

/// A JSON text as Foundation reads it.
func foundationValue(_ bytes: Bytes) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
}

/// A file beside the checkout; nil, and a line that says so, when it isn't there.
func shared(_ path: String) -> Data? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let data = try? Data(contentsOf: root.deletingLastPathComponent().appending(path: "shared/\(path)"))
    if data == nil { print("skipped: there is no ../shared/\(path)") }
    return data
}
