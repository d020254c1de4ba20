import Foundation
import HTTP

extension Session {
    /// What one attempt meets in this session, of an API where `contacts` says who takes part in an engagement.
    func fate(_ exchange: Exchange, isCalm: Bool, contacts: (String) -> [String]) -> Fate {
        let target = exchange.request.target.bytes.text
        let number = Session.number(target, exchange.request.body?.bytes.text ?? "")
        var list = ""
        if target.hasSuffix("?expand=contacts") {
            let items = contacts(Session.engagement(target)).map { #"{"id":"\#($0)"}"# }
            list =
                ",\"contacts\":["
                + (items + [#"{"id":"\#(Session.room)","is_calendar_resource":true}"#])
                .joined(separator: ",") + "]"
        }
        let id = Session.engagement(target)
        return fate(
            "{\"id\":\"\(id)\",\"number\":\(number)\(list),\"pad\":\"\(String(repeating: "x", count: size()))\"}",
            isCalm)
    }

    private func fate(_ number: String, _ isCalm: Bool) -> Fate {
        guard !isCalm, dice.chance(faultRate) else {
            return .answer(dice.pick([200, 200, 201]), number, after: dice.pick([0, 0.001, 0.02, 0.3]))
        }
        let after = dice.pick([0, 0.001, 0.01, 0.1, 0.6, 2])
        var fate =
            switch dice.int(0...9) {
            case 0: beforeSending(after)
            case 1, 2: withoutAnswer(after)
            case 3: insideAnswer(number, after)
            case 4: slowly(number)
            case 5, 6: throttled(after)
            default: refused(after)
            }
        fate.isReused = dice.chance(0.5)
        return fate
    }

    private func size() -> Int { dice.chance(0.02) ? 40_000 : dice.int(0...300) }

    private func beforeSending(_ after: Double) -> Fate {
        if dice.chance(0.2) { return .nowhere }
        return .unsent(
            dice.pick([.resolve, .connect, .proxy, .tls(reason: "no"), .connectTimeout, .local(reason: "no")]),
            after: after)
    }

    private func withoutAnswer(_ after: Double) -> Fate {
        var fate = dice.chance(0.3) ? Fate.silence : .broken(dice.pick([.broken, .resend, .notHTTP]), after: after)
        if dice.chance(0.2) { fate = .broken(.broken, status: 100, after: after) }
        fate.carriesOut = dice.chance(0.5)
        return fate
    }

    /// A status came, but not all of its answer.
    private func insideAnswer(_ body: String, _ after: Double) -> Fate {
        if dice.chance(0.2) { return .anothers(carriesOut: dice.chance(0.5)) }
        let status = dice.pick([200, 200, 404, 500, 429])
        var fate =
            switch dice.int(0...3) {
            case 0: Fate.stall(status, after: after)
            case 1: Fate.answer(200, dice.pick(["", "<html>", "{", "{}{}", "\u{FEFF}{}"]), after: after)
            default:
                Fate.broken(
                    dice.pick([.broken, .encoding, .tooLarge, .headersTooLarge, .notHTTP]), status: status, after: after
                )
            }
        fate.carriesOut = true
        for case .status(let status, _) in fate.events.map(\.event) where status >= 400 {
            fate.carriesOut = status >= 500
        }
        return fate
    }

    /// Byte by byte, which is no fault until it stops for too long.
    private func slowly(_ body: String) -> Fate {
        var fate = Fate(events: [(0, .sent)], carriesOut: true)
        var at = dice.seconds(0...1)
        if dice.chance(0.3) { fate.events.append((at, .status(103))) }
        fate.events.append((at, .status(200)))
        let bytes = Array(body.utf8)
        let half = bytes.count / 2
        for part in [bytes[..<half], bytes[half...]] {
            at += dice.pick([0.1, 1, 5, 9.9, 10.1, 14])
            fate.events.append((at, .body(Array(part))))
        }
        fate.events.append((at, .finish(nil)))
        return fate
    }

    private func throttled(_ after: Double) -> Fate {
        let value = dice.pick(["1", "2", "7", "0", "61", "99999999", "-1", "soon", "1.5", ""])
        let fields: [(Exchange.Field, String)] = value.isEmpty ? [] : [(.retryAfter, value)]
        return .answer(dice.chance(0.8) ? 429 : 503, "{}", fields, after: after)
    }

    private func refused(_ after: Double) -> Fate {
        let status = dice.pick([
            302, 303, 400, 401, 403, 404, 408, 409, 412, 422, 500, 500, 501, 502, 503, 504, 511, 600,
        ])
        let body = dice.pick(["", "{}", #"{"request_id":7,"errors":{}}"#, #"{"errors":[{"field":"a"}]}"#, "<html>"])
        var fate = Fate.answer(status, body, after: after)
        fate.carriesOut = (status >= 500 || status == 408 || status == 303) && dice.chance(0.5)
        return fate
    }
}
