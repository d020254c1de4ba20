import Bytes
import HTTP
import JSON

extension Exchange {
    /// Whether a 2xx came whole with one JSON text as its body, which then fits on a line: line breaks between its
    /// tokens become spaces. A change that was made without a word is told as `null`: a 204, and no body on anything
    /// but a GET.
    func makeUsable() -> Bool {
        guard failure == nil, 200..<300 ~= status else { return false }
        if answer.leadingSpaceCount == answer.count {
            guard status == 204 || request.verb != .get else { return false }
            body.truncate(to: headroom)
            body.append("null")
            return true
        }
        var scanner = JSONScanner(answer)
        do throws(JSONSyntaxError) {
            _ = try scanner.text()
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
