import Tables
import Testing

@Suite struct PersonReferenceTests {
    @Test func twoNormalFormsAreTwoPeople() {
        let composed = PersonReference.address("jos\u{E9}@example.com")
        let decomposed = PersonReference.address("jose\u{301}@example.com")
        #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
    }
}
