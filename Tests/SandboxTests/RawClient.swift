import Foundation
import Glibc

/// A blocking client that sends what it is told and shows what came, byte for byte. Every wait ends after 10 s.
final class RawClient {
    struct Answer {
        let status: Int
        let fields: [String: String]
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
        }
    }

    let port: UInt16
    let token: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16, token: String) {
        self.port = port
        self.token = token
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// The request as text, with the right token and host unless told otherwise.
    func text(
        _ method: String, _ path: String, body: String? = nil, host: String? = nil, authorization: String? = nil,
        extra: String = ""
    ) -> String {
        let authorization = authorization ?? "Bearer \(token)"
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n\(extra)"
        if !authorization.isEmpty { text += "Authorization: \(authorization)\r\n" }
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + (body ?? "")
    }

    func call(_ method: String, _ path: String, body: String? = nil) -> Answer? {
        send(text(method, path, body: body))
        return answer()
    }

    /// Reads more. False at the end of the stream, on an error, and after 10 s.
    private func fill() -> Bool {
        var room = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &room, room.count, 0)
        if count > 0 { buffer += room[0..<count] }
        return count > 0
    }

    /// The next whole answer; nil when the stream ends before.
    func answer() -> Answer? {
        var headEnd: Int?
        while true {
            headEnd = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
            if headEnd != nil { break }
            if !fill() { return nil }
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: buffer[0..<headEnd], as: UTF8.self).components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            fields[line[..<colon].lowercased()] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        let length = Int(fields["content-length"] ?? "0") ?? 0
        while buffer.count < headEnd + length { if !fill() { return nil } }
        let body = Array(buffer[headEnd..<(headEnd + length)])
        buffer.removeFirst(headEnd + length)
        return Answer(status: status, fields: fields, body: body)
    }

    /// Everything up to the end of the stream; nil when it does not end within 10 s.
    func rest() -> String? {
        // An end of the stream leaves what stood there before.
        errno = 0
        while fill() {}
        let ended = errno != EAGAIN && errno != EWOULDBLOCK
        errno = 0
        defer { buffer = [] }
        return ended ? String(decoding: buffer, as: UTF8.self) : nil
    }
}
