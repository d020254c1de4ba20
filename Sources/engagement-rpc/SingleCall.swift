import Bytes
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

    /// Throws when `params` is not JSON.
    init(method: String, params: String?, service: Service) throws(Failure) {
        self.service = service
        var json = JSONWriter(request)
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("id", 1)
        json.member("method", method)
        if let params {
            let text = ByteBuffer(params.utf8)
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
            (answer.member("error") ?? answer.member("result"))?.appendPretty(to: pretty)
            pretty.append("\n")
            _ = output.append(pretty)
        }
        service.output.consume(text.count)
    }
}
