import Bytes
import JSON

/// All fault plans, in the order of their first setting.
struct FaultPlans {
    static let limit = 1_000
    private(set) var plans: [FaultPlan] = []

    /// Replaces the plan with the same match, or appends `plan`. A plan without steps removes it. False when there are
    /// too many.
    mutating func set(_ plan: FaultPlan) -> Bool {
        let place = plans.firstIndex { $0.match == plan.match }
        if plan.steps.isEmpty {
            if let place { plans.remove(at: place) }
        } else if let place {
            plans[place] = plan
        } else {
            guard plans.count < Self.limit else { return false }
            plans.append(plan)
        }
        return true
    }

    /// Takes the next step of the first plan that matches this request.
    mutating func nextStep(method: Bytes, path: Bytes) -> FaultStep? {
        guard !plans.isEmpty, let place = plans.firstIndex(where: { $0.matches(method: method, path: path) }) else {
            return nil
        }
        let step = plans[place].nextStep()
        if plans[place].isSpent { plans.remove(at: place) }
        return step
    }

    /// Writes the list of plans that no request has met.
    func writeUnmatched(to json: inout JSONWriter) {
        json.beginArray()
        for plan in plans where !plan.isMet { json.raw(plan.text) }
        json.endArray()
    }
}
