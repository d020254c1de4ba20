import Bytes
import HTTP
import JSON
import JSONRPC

/// A read that returns only the wanted fields.
final class Projection: Procedure {
    private let request: APIRequest
    private let fields: FieldSelection

    init(_ request: APIRequest, _ fields: FieldSelection) {
        self.request = request
        self.fields = fields
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: .send(request)
        case .answered(let exchange): .finish(exchange, data: fields.projected(exchange.answer))
        case .failed(let failure, _): .fail(failure)
        case .recalled, .told, .outdated: .fail(.unasked)
        }
    }
}

extension FieldSelection {
    /// Cuts `body`, checked JSON, to the wanted fields: of a list each element, and the list stays one. A body without
    /// fields stays as it is.
    func projected(_ body: Bytes) -> ByteBuffer {
        let out = ByteBuffer(capacity: 1024)
        let root = JSONSlice(checked: body)
        guard root.member("object")?.reads("list") == true, let elements = root.member("data"), elements.kind == .array
        else {
            if !append(root, to: out) { out.append(root.bytes) }
            return out
        }
        out.append("{")
        for member in root.members {
            if out.count > 1 { out.append(",") }
            out.append(member.name.bytes)
            out.append(":")
            if member.name.reads("data"), append(member.value, to: out) { continue }
            out.append(member.value.bytes)
        }
        out.append("}")
        return out
    }
}
