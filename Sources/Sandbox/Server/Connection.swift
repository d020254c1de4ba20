import Bytes
import Platform

/// One client's connection: its phase, and the bytes still to be sent.
final class Connection {
    enum Phase {
        /// Reading a request, or idle.
        case reading
        /// Delays a request until `due`; `order` is its place among several.
        case waiting(due: UInt64, order: UInt64, requestID: Int, step: FaultStep)
        case writing
        /// Everything is sent. Reads the rest until `until`, so that no reset overtakes the answer.
        case draining(until: UInt64)
        case closed
    }

    enum Progress { case done, blocked, broken }

    /// Bodies up to this size follow their head in one buffer, and leave in one piece.
    private static let inlineLimit = 32 << 10

    let socket: FileDescriptor
    var parser = HTTPRequestParser()
    var phase = Phase.reading
    /// Whether a request with the right token came on it.
    var isTrusted = false
    /// Bytes that came after the request that is being answered.
    var pending: ByteBuffer?

    private let out = ByteBuffer(capacity: 1024)
    private var large: ByteBuffer?
    /// How many bytes of `out` and then of `large` to send, and how many were sent.
    private var (outEnd, largeEnd, sent) = (0, 0, 0)
    private var closesAfterAnswer = false
    private var sentContinue = false

    /// Takes over `socket`, which must not block.
    init(_ socket: FileDescriptor) { self.socket = socket }

    deinit { socket.close() }

    /// Whether it can be closed without loss: nothing waits to be read, and no request with the right token ever came.
    var isDispensable: Bool {
        guard case .reading = phase, !isTrusted else { return false }
        return socket.unread == .nothing
    }

    /// The events to poll for; nil when `poll` must ignore this connection.
    var pollEvents: PollEvents? {
        switch phase {
        case .reading, .draining: .readable
        case .writing: .writable
        // A client that has gone would be reported for ever. Its request is carried out all the same.
        case .waiting, .closed: nil
        }
    }

    /// Prepares `response` for `flush`.
    func prepare(_ response: Response, closing: Bool = false) {
        let keepsAlive = parser.keepsAlive && !closing
        closesAfterAnswer = !keepsAlive || response.cut != nil
        out.truncate(to: 0)
        out.shrink(to: 4 << 10)
        let connection: StaticString? = keepsAlive ? (parser.isHTTP10 ? "keep-alive" : nil) : "close"
        response.appendHead(to: out, connection: connection)
        let isHead = parser.state == .complete && parser.request.method.equals("HEAD")
        var bodyEnd = isHead || !response.hasBody ? 0 : response.body.count
        var headEnd = out.count
        switch response.cut {
        case .before: (headEnd, bodyEnd) = (0, 0)
        case .headers: (headEnd, bodyEnd) = (headEnd / 2, 0)
        case .body: bodyEnd /= 2
        case nil: break
        }
        (outEnd, largeEnd, sent) = (headEnd, 0, 0)
        if bodyEnd > Self.inlineLimit {
            (large, largeEnd) = (response.body, bodyEnd)
        } else if bodyEnd > 0 {
            out.append(response.body.bytes.slice(0, bodyEnd))
            outEnd = out.count
        }
        phase = .writing
    }

    /// Sends as much as the client accepts. Afterwards the phase is `reading`, or `draining` up to `drainLimit`.
    func flush(drainLimit: UInt64) -> Progress {
        while sent < outEnd + largeEnd {
            let isInline = sent < outEnd
            let rest = isInline ? out.bytes.slice(sent, outEnd) : large?.bytes.slice(sent - outEnd, largeEnd)
            guard let rest else { return .broken }
            do throws(SystemError) {
                sent += try socket.send(rest, isMoreComing: isInline && largeEnd > 0)
            } catch .interrupted {
                continue
            } catch {
                return error == .wouldBlock ? .blocked : .broken
            }
        }
        large = nil
        sentContinue = false
        if closesAfterAnswer {
            socket.endWriting()
            phase = .draining(until: drainLimit)
        } else {
            phase = .reading
        }
        return .done
    }

    /// Tells a client that asked first to send its body. Once per request.
    func sendContinue() {
        guard parser.expectsContinue, !sentContinue else { return }
        sentContinue = true
        // It fits, because nothing else is on its way. If it doesn't, the client goes ahead by itself after a while.
        _ = try? socket.send(Bytes("HTTP/1.1 100 Continue\r\n\r\n"))
    }
}
