import Bytes
import Platform

/// One client's connection: what it is at, and what still has to go out on it.
final class Connection {
    enum Phase {
        /// Reading a request, or idle.
        case reading
        /// Holding a request back until `due`; `order` tells which of several came first.
        case waiting(due: UInt64, order: UInt64, requestID: Int, step: FaultStep)
        /// Sending an answer.
        case writing
        /// Said all it will say, and reads what is left until `until`, so that no reset overtakes the answer.
        case draining(until: UInt64)
        case closed
    }

    /// How far sending came.
    enum Progress { case done, blocked, broken }

    /// Answers up to this size are put behind their head, and leave in one piece.
    private static let inlineLimit = 32 << 10

    let socket: FileDescriptor
    var parser = HTTPRequestParser()
    var phase = Phase.reading
    /// Whether a request with the right token has come on it.
    var isTrusted = false
    /// Bytes that came behind the request that is being answered.
    var pending: ByteBuffer?

    private let out = ByteBuffer(capacity: 1024)
    private var large: ByteBuffer?
    /// How many bytes of `out`, then of `large`, are to go out, and how many have.
    private var (outEnd, largeEnd, sent) = (0, 0, 0)
    private var closesAfterAnswer = false
    private var sentContinue = false

    /// Takes over `socket`, which does not block.
    init(_ socket: FileDescriptor) { self.socket = socket }

    deinit { socket.close() }

    /// Whether nobody would miss it: nothing waits to be read on it, and no one who may has ever asked for anything.
    var isDispensable: Bool {
        guard case .reading = phase, !isTrusted else { return false }
        return socket.unread == .nothing
    }

    /// What to ask `poll` for; nil when it should not look at this connection at all.
    var pollEvents: PollEvents? {
        switch phase {
        case .reading, .draining: .readable
        case .writing: .writable
        // A client that has gone would be reported for ever. What it asked for is carried out all the same.
        case .waiting, .closed: nil
        }
    }

    /// Makes `response` ready to be sent with `flush`.
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

    /// Sends as much as the client takes. When done, the phase is `reading` again, or `draining` up to `drainLimit`.
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

    /// Tells a client that asked first to go ahead with its body. Once for each request.
    func sendContinue() {
        guard parser.expectsContinue, !sentContinue else { return }
        sentContinue = true
        // Fits: nothing else is on its way. If it does not, the client goes ahead by itself after a while.
        _ = try? socket.send(Bytes("HTTP/1.1 100 Continue\r\n\r\n"))
    }
}
