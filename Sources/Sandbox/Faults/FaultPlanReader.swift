import Bytes
import JSON

/// Reads the body of the `fail` control request, and collects everything that is wrong with it.
struct FaultPlanReader {
    static let stepLimit = 10_000
    static let delayLimitMs = 600_000

    private var errors: [FieldError] = []

    /// The plan that `input` describes, or a 422 that names each bad member.
    static func plan(_ input: JSONSlice) throws(Problem) -> FaultPlan {
        var reader = FaultPlanReader()
        let plan = reader.read(input)
        guard reader.errors.isEmpty, let plan else { throw Problem.validation(reader.errors) }
        return plan
    }

    private mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(FieldError(field: field, code: code, message: message))
    }

    private mutating func read(_ input: JSONSlice) -> FaultPlan? {
        var match: String?
        var steps: [FaultStep]?
        var rounds: Int? = 1
        for member in input.members {
            switch member.name.string {
            case "match": match = readMatch(member.value)
            case "steps": steps = readSteps(member.value)
            case "repeat": rounds = readRepeat(member.value)
            case let name: refuse(name ?? "?", "unknown", "This is not match, steps or repeat.")
            }
        }
        if errors.isEmpty {
            if match == nil { refuse("match", "required", "Say which requests, as in \"PUT /v2/engagements/*\".") }
            if steps == nil { refuse("steps", "required", "Say what happens to them, as a list.") }
        }
        guard let match, let steps else { return nil }
        let text = ByteBuffer(input.bytes)
        for at in 0..<text.count where text.bytes[at].isSpace && text.bytes[at] != 0x20 { text.mutableBytes[at] = 0x20 }
        return FaultPlan(match: match, steps: steps, rounds: rounds, text: text)
    }

    private mutating func readMatch(_ value: JSONSlice) -> String? {
        guard let text = value.string, text.utf8.count <= 1024, FaultPlan(match: text, steps: []) != nil else {
            refuse("match", "invalid_match", "Give a method or *, one space, and a path that begins with / or *.")
            return nil
        }
        if text.contains(" /api/") || text.contains("?") {
            refuse("match", "invalid_match", "Give the path without /api and without a query.")
            return nil
        }
        return text
    }

    private mutating func readRepeat(_ value: JSONSlice) -> Int? {
        switch value.kind {
        case .true: return nil
        case .false, .null: return 1
        default:
            if let count = value.integer, count >= 1 { return count }
            refuse("repeat", "invalid_value", "Give true or a whole number from 1 on.")
            return 1
        }
    }

    private mutating func readSteps(_ value: JSONSlice) -> [FaultStep]? {
        guard value.kind == .array else {
            refuse("steps", "invalid_type", "Give a list of objects.")
            return nil
        }
        var steps: [FaultStep] = []
        for element in value.elements {
            guard steps.count < Self.stepLimit else {
                refuse("steps", "too_long", "A plan has at most \(Self.stepLimit) steps.")
                return nil
            }
            steps.append(readStep(element, "steps[\(steps.count)]"))
        }
        return steps
    }

    private mutating func readStep(_ value: JSONSlice, _ field: String) -> FaultStep {
        var step = FaultStep()
        guard value.kind == .object else {
            refuse(field, "invalid_type", "Give an object; an empty one means normal service.")
            return step
        }
        for member in value.members {
            let name = member.name.string ?? "?"
            if member.value.kind == .null, name != "body" { continue }
            switch name {
            case "status": step.status = integer(member.value, 200...599, "\(field).status")
            case "delay_ms": step.delayMs = integer(member.value, 0...Self.delayLimitMs, "\(field).delay_ms") ?? 0
            case "retry_after": step.retryAfter = retryAfter(member.value, "\(field).retry_after")
            case "cut":
                step.cut = member.value.string.flatMap(Cut.init(rawValue:))
                if step.cut == nil { refuse("\(field).cut", "invalid_value", "Give before, headers or body.") }
            case "body": setBody(member.value, of: &step, "\(field).body")
            default: refuse("\(field).\(name)", "unknown", "A step has status, retry_after, delay_ms, cut and body.")
            }
        }
        if let status = step.status, status >= 300, step.bodyType == .json { step.bodyType = .problem }
        return step
    }

    private mutating func integer(_ value: JSONSlice, _ range: ClosedRange<Int>, _ field: String) -> Int? {
        if let number = value.integer, range.contains(number) { return number }
        refuse(field, "invalid_range", "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }

    private mutating func retryAfter(_ value: JSONSlice, _ field: String) -> String? {
        if let seconds = value.integer, seconds >= 0 { return String(seconds) }
        if let text = value.string, text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            return text
        }
        refuse(field, "invalid_value", "Give whole seconds, or a string that can be a header field.")
        return nil
    }

    private mutating func setBody(_ value: JSONSlice, of step: inout FaultStep, _ field: String) {
        let body = ByteBuffer(capacity: value.bytes.count)
        if value.kind == .string {
            guard let text = value.string else {
                refuse(field, "invalid_value", "A lone surrogate can't be sent as text.")
                return
            }
            body.append(text: text)
            step.bodyType = .text
        } else {
            body.append(value.bytes)
        }
        step.body = body
    }
}
