import Bytes
import HTTP
import JSON
import JSONRPC
import Runtime
import Service

/// The loop's client for `call`: gives one request to the service, and prints its result or error for people.
final class SingleCall: LoopClient {
    let output = ChunkQueue()
    private(set) var succeeded = false
    /// The reason why there is no result, or only a part of it, as a sentence.
    private(set) var complaint: String?
    /// Whether nobody reads the answer any more.
    private(set) var isUnheard = false
    private let service: RPCServer
    private let request = ByteBuffer()
    private var isFed = false
    private let style: Style

    /// The form of the printed answer.
    enum Style: Equatable {
        /// The line that a host would receive; on a terminal with what could disturb it escaped.
        case raw(onTerminal: Bool)
        /// Result or error, on one line.
        case compact
        /// Result or error, over several lines.
        case plain, coloured
    }

    /// Throws when `params` is not JSON.
    init(method: String, params: [UInt8]?, style: Style, service: RPCServer) throws(Failure) {
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
    func event(_ event: LoopEvent, at now: Instant) {
        switch event {
        // The one request is its whole input, and is there from the beginning.
        case .received, .inputHungUp, .inputEnded, .orphaned: return
        case .outputGone:
            isUnheard = true
            return service.event(event, at: now)
        case .signalled, .journalAnswered, .tokenArrived, .finished: break
        }
        service.event(event, at: now)
        show()
    }

    func advance(at now: Instant) {
        if isFed { service.advance(at: now) } else { feed(now) }
        show()
    }

    private func feed(_ now: Instant) {
        isFed = true
        service.receive(request.bytes, at: now)
        service.inputEnded(at: now)
    }

    private func show() {
        while service.output.count > 0 {
            let frame = service.output.front
            var scanner = JSONScanner(frame)
            // A progress notification is a frame, too, but no answer.
            if let answer = try? scanner.text(), answer.member("method") == nil { show(answer, frame) }
            service.output.consume(frame.count)
        }
    }

    private func show(_ answer: JSONSlice, _ frame: Bytes) {
        let error = answer.member("error")
        let stop = answer.member("result")?.member("meta")?.member("stopped_by")
        if let error {
            complaint = error.member("message")?.string ?? "The call failed."
        } else if let stop {
            let reason = stop.member("message")?.string ?? "something stopped it."
            complaint = "The list was cut short, next_cursor says where to go on: \(reason)"
        }
        succeeded = error == nil && stop == nil
        let text = ByteBuffer()
        switch style {
        case .raw(onTerminal: false):
            // It ends with its line break.
            text.append(frame)
            _ = output.append(text)
            return
        case .raw(onTerminal: true): answer.appendCompact(to: text)
        case .compact: (error ?? answer.member("result"))?.appendCompact(to: text)
        case .plain, .coloured:
            (error ?? answer.member("result"))?.appendPretty(to: text, isColoured: style == .coloured)
        }
        text.append("\n")
        _ = output.append(text)
    }
}
