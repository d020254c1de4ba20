import Bytes
import EngagementAPI
import HTTP
import JSON

extension Exchange {
    /// Whether the answer is a complete 2xx with one JSON text about `subject`. Makes it fit on a line: line breaks
    /// between tokens become spaces. An empty body becomes `null` after a 204, and after PUT, PATCH and DELETE. GET
    /// asks for something, and what POST makes has an id.
    ///
    /// - Parameter subject: the resource that the answer must be about if it names one; nil for any.
    func makeUsable(about subject: APIRequest.Subject?) -> Bool {
        guard failure == nil, 200..<300 ~= status, self[.wafAction] == nil else { return false }
        if answer.leadingSpaceCount == answer.count {
            guard status == 204 || request.verb != .get && request.verb != .post else { return false }
            body.truncate(to: headroom)
            body.append("null")
            return true
        }
        var scanner = JSONScanner(answer)
        do throws(JSONSyntaxError) {
            if let subject {
                let id = request.target.bytes.slice(subject.id.lowerBound, subject.id.upperBound)
                if let other = try scanner.text(whose: subject.member.name, isNot: id) {
                    isAnothers = true
                    cause = "\(subject.member.name) is \(other.bytes.text.cut(after: 100)) and not \"\(id.text)\""
                    return false
                }
            } else {
                _ = try scanner.text()
            }
        } catch {
            let type = self[.contentType].map { " of \($0.text)" } ?? ""
            cause = "byte \(error.offset)\(type): \(error.reason.rawValue)"
            return false
        }
        if scanner.sawLineBreak {
            let bytes = body.mutableBytes
            for at in headroom..<bytes.count where bytes[at] == 0x0A || bytes[at] == 0x0D { bytes[at] = 0x20 }
        }
        return true
    }
}
