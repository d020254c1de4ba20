import Bytes
import Glibc
import HTTP
import JSON
import JSONRPC
import Runtime
import Service

/// The client of the loop for `call`: feeds one request to the service and prints its result, or its error, readably.
final class SingleCall: LoopClient {
    let output = ChunkQueue()
    private(set) var succeeded = false
    private let service: Service
    private let request = ByteBuffer()
    private var isFed = false
    private let style: Style

    /// How the answer is printed.
    enum Style {
        /// The line that a host would get.
        case raw
        /// Result or error, over several lines.
        case plain, coloured
    }

    /// All of stdin, up to what a message may hold, without a byte-order mark. Throws when it can't be read.
    static func input() throws(Failure) -> [UInt8] {
        var all: [UInt8] = []
        while all.count <= FrameReader.messageLimit {
            let room = 1 << 16
            let old = all.count
            all += repeatElement(0, count: room)
            let count = all.withUnsafeMutableBytes { read(0, $0.baseAddress.map { $0 + old }, room) }
            all.removeLast(room - max(0, count))
            if count == 0 { return all.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(all.dropFirst(3)) : all }
            if count < 0, errno == EAGAIN {
                var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
                poll(&entry, 1, -1)
            } else if count < 0, errno != EINTR {
                let reason = String(cString: strerror(errno))
                throw Failure(sentence: "PARAMS can't be read from stdin: \(reason).", code: Failure.ioError)
            }
        }
        throw Failure(sentence: "PARAMS on stdin are longer than \(FrameReader.messageLimit) bytes.")
    }

    /// Throws when `params` is not JSON.
    init(method: String, params: [UInt8]?, style: Style, service: Service) throws(Failure) {
        self.service = service
        self.style = style
        var json = JSONWriter(request)
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("id", 1)
        json.member("method", method)
        if let params {
            let text = ByteBuffer(params)
            var scanner = JSONScanner(text.bytes)
            do throws(JSONSyntaxError) {
                json.name("params")
                json.raw(try scanner.text().bytes)
            } catch {
                throw Failure(
                    sentence:
                        "PARAMS is not JSON at byte \(error.offset): \(error.reason.rawValue). Give an object or an "
                        + "array, such as '{\"engagement_id\":\"ngmt_…\"}'.")
            }
        }
        json.endObject()
        for at in 0..<request.count where request.bytes[at] == 0x0A || request.bytes[at] == 0x0D {
            request.mutableBytes[at] = 0x20
        }
        request.append("\n")
    }

    var wantsInput: Bool { false }
    var nextTimer: Instant? { isFed ? service.nextTimer : Instant(nanoseconds: 0) }
    var leaveBy: Instant? { service.leaveBy }
    var isFinished: Bool { isFed && service.isFinished }

    func inputRoom() -> UnsafeMutableRawBufferPointer { service.inputRoom() }
    func received(_ count: Int, at now: Instant) {}
    func inputHungUp(at now: Instant) {}
    func inputEnded(at now: Instant) {}
    func outputGone(at now: Instant) { service.outputGone(at: now) }

    func signalled(at now: Instant) {
        service.signalled(at: now)
        show()
    }

    func journalAnswered(at now: Instant) {
        service.journalAnswered(at: now)
        show()
    }

    func tokenArrived(at now: Instant) {
        service.tokenArrived(at: now)
        show()
    }

    func finished(_ exchange: Exchange, at now: Instant) {
        service.finished(exchange, at: now)
        show()
    }

    func advance(at now: Instant) {
        if isFed { service.advance(at: now) } else { feed(now) }
        show()
    }

    private func feed(_ now: Instant) {
        isFed = true
        var rest = request.bytes
        while !rest.isEmpty {
            let room = service.inputRoom()
            let count = min(room.count, rest.count)
            room.copyMemory(from: rest.slice(0, count))
            service.received(count, at: now)
            rest = rest.dropping(count)
        }
        service.inputEnded(at: now)
    }

    private func show() {
        guard service.output.count > 0 else { return }
        let text = service.output.front
        var scanner = JSONScanner(text)
        if let answer = try? scanner.text() {
            let pretty = ByteBuffer()
            succeeded = answer.member("error") == nil
            if style == .raw {
                pretty.append(text)
            } else {
                (answer.member("error") ?? answer.member("result"))?
                    .appendPretty(to: pretty, isColoured: style == .coloured)
                pretty.append("\n")
            }
            _ = output.append(pretty)
        }
        service.output.consume(text.count)
    }
}
