import HTTP
import TestSupport
import Testing

@Suite struct WriteEvidenceTests {
    /// Attempts as their status; nil is one that was never sent, 0 one without an answer.
    @Test(
        arguments: [
            ([], .no, 0), ([nil], .no, 0), ([nil, nil, nil], .no, 0), ([400], .no, 1), ([429, 429, 404], .no, 3),
            ([nil, 429, 422], .no, 2), ([0], .unknown, 1), ([408], .unknown, 1), ([500], .unknown, 1),
            ([503, nil], .unknown, 1), ([nil, 0, nil], .unknown, 1),
            // A refusal after something unknown is no proof: 412 and 409 may mean that the first one worked.
            ([0, 412], .unknown, 2), ([500, 409], .unknown, 2), ([408, 404, 403], .unknown, 3),
            ([0, 429], .unknown, 2),
            ([400, 0], .unknown, 2), ([200], .yes, 1), ([201], .yes, 1), ([204], .yes, 1), ([500, 0, 200], .yes, 3),
            ([429, 202], .yes, 2), ([200, 500], .yes, 2), ([200, 404, nil], .yes, 2),
            ([301], .no, 1), ([302], .no, 1), ([304], .no, 1), ([307], .no, 1), ([308], .no, 1), ([303], .unknown, 1),
            ([101], .unknown, 1), ([99], .unknown, 1), ([600], .unknown, 1), ([1000], .unknown, 1), ([-1], .unknown, 1),
        ] as [([Int?], Applied, Int)])
    func table(_ statuses: [Int?], _ applied: Applied, _ attempts: Int) {
        var evidence = WriteEvidence()
        for status in statuses { evidence.note(wasSent: status != nil, status: status ?? 0) }
        #expect(evidence.applied == applied)
        #expect(evidence.attempts == attempts)
    }

    @Test func words() {
        #expect(Applied.allCases.map(\.rawValue) == ["no", "unknown", "yes"])
    }

    /// `no` needs every sent attempt refused; what is known never becomes less.
    @Test func properties() {
        var generator = SeededGenerator(seed: 5)
        let statuses: [Int?] = [nil, 0, 200, 204, 303, 400, 404, 408, 409, 412, 429, 500, 503]
        let order: [Applied] = [.no, .unknown, .yes]
        for _ in 0..<2_000 {
            var evidence = WriteEvidence()
            var seen: [Int?] = []
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let before = order.firstIndex(of: evidence.applied) ?? 0
                let status = statuses.randomElement(using: &generator) ?? nil
                seen.append(status)
                evidence.note(wasSent: status != nil, status: status ?? 0)
                #expect((order.firstIndex(of: evidence.applied) ?? 0) >= before)
            }
            let refused: [Int?] = [nil, 400, 404, 409, 412, 429]
            #expect((evidence.applied == .no) == seen.allSatisfy(refused.contains))
            #expect((evidence.applied == .yes) == seen.contains { $0 == 200 || $0 == 204 })
            #expect(evidence.attempts == seen.count { $0 != nil })
        }
    }
}
