import Foundation
import JSON
import Testing

/// Nicolas Seriot's JSONTestSuite: what begins with y has to be accepted, with n refused; with i is left open.
@Suite struct JSONTestSuiteTests {
    /// Accepted of those left open: a number is kept as spelled, however large or small; escapes that are half a
    /// surrogate pair are within the grammar; 500 levels are within the limit. Refused is all that is not UTF-8, has a
    /// byte order mark, or encodes in UTF-8 what must not be.
    static let acceptedOpen: Set<String> = [
        "i_number_double_huge_neg_exp", "i_number_huge_exp", "i_number_neg_int_huge_exp",
        "i_number_pos_double_huge_exp", "i_number_real_neg_overflow", "i_number_real_pos_overflow",
        "i_number_real_underflow", "i_number_too_big_neg_int", "i_number_too_big_pos_int",
        "i_number_very_big_negative_int", "i_object_key_lone_2nd_surrogate",
        "i_string_1st_surrogate_but_2nd_missing", "i_string_1st_valid_surrogate_2nd_invalid",
        "i_string_incomplete_surrogate_and_escape_valid", "i_string_incomplete_surrogate_pair",
        "i_string_incomplete_surrogates_escape_valid", "i_string_invalid_lonely_surrogate",
        "i_string_invalid_surrogate", "i_string_inverted_surrogates_U+1D11E", "i_string_lone_second_surrogate",
        "i_structure_500_nested_arrays",
    ]

    @Test func wholeSuite() throws {
        guard let folder = sharedFolder("data/json-test-suite/test_parsing") else {
            print("skipped: no JSONTestSuite beside the checkout")
            return
        }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var counts: [Character: Int] = [:]
        for file in files where file.pathExtension == "json" {
            let name = file.deletingPathExtension().lastPathComponent
            let first = try #require(name.first)
            counts[first, default: 0] += 1
            let isAccepted = try verdict([UInt8](try Data(contentsOf: file))) == nil
            switch first {
            case "y": #expect(isAccepted, "\(name)")
            case "n": #expect(!isAccepted, "\(name)")
            default: #expect(isAccepted == Self.acceptedOpen.contains(name), "\(name)")
            }
        }
        #expect(counts == ["y": 95, "n": 188, "i": 35])
    }
}
