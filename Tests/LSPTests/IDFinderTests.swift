import Bytes
import Testing

@testable import LSP

@Suite struct IDFinderTests {
    private func found(_ text: String) -> [String] {
        Array(text.utf8).withUnsafeBytes { bytes in
            IDFinder.ids(in: bytes, 0..<bytes.count).map { $0.id.text }
        }
    }

    @Test(arguments: [
        ("cnt_a", ["cnt_a"]), ("ngmt_Ab9, cmp_1 usr_2\ttag_3", ["ngmt_Ab9", "cmp_1", "usr_2", "tag_3"]),
        ("(cnt_a)", ["cnt_a"]), ("\"cnt_a\"", ["cnt_a"]), ("“cnt_a”", ["cnt_a"]),
        ("a,cnt_a;cnt_b", ["cnt_a", "cnt_b"]),
        ("cnt_", []), ("cnt_-", []), ("xcnt_a", []), ("-cnt_a", []), ("_cnt_a", []), ("1cnt_a", []), ("cnt_a_", []),
        ("cnt_a-b", []), ("cnt_a_b", []), ("écnt_a", []), ("cnt_aé", []), ("cnt_ae\u{301}", []), ("請cnt_a", []),
        ("CNT_a", []), ("ont_a", []), ("mt_a gmt_a", []), ("tano_a tt_a", []), ("cnt_a.cnt_b", ["cnt_a", "cnt_b"]),
        ("x_cnt_a", []), ("cnt_cnt_a", []), ("…cnt_a—", ["cnt_a"]), ("😀cnt_a😀", ["cnt_a"]),
        ("cnt_" + String(repeating: "a", count: 100), ["cnt_" + String(repeating: "a", count: 100)]),
        ("cnt_" + String(repeating: "a", count: 101), []),
    ])
    func idsStandAlone(text: String, ids: [String]) { #expect(found(text) == ids) }

    @Test func theWordAtAPlaceIsTheSameAsInTheWholeText() {
        let text = "cnt_a ngmt_bc,tag_x cnt_y_ usr_é (cmp_1)\ncnt_2"
        Array(text.utf8).withUnsafeBytes { bytes in
            let all = IDFinder.ids(in: bytes, 0..<bytes.count)
            #expect(all.count == 5)
            for offset in 0...bytes.count {
                let here = all.first { $0.range.lowerBound <= offset && offset <= $0.range.upperBound }
                #expect(IDFinder.id(in: bytes, at: offset)?.range == here?.range, "at \(offset)")
            }
            for start in 0...bytes.count {
                for end in start...bytes.count {
                    let part = IDFinder.ids(in: bytes, start..<end).map(\.range)
                    #expect(part == all.map(\.range).filter { start..<end ~= $0.lowerBound })
                }
            }
            #expect(IDFinder.ids(in: bytes, 0..<bytes.count, limit: 2).count == 2)
        }
    }

    @Test(arguments: ["ngmt_a", "cnt_1", "tag_Z9"]) func wholeIDs(text: String) {
        #expect(ResourceID(text)?.text == text)
    }

    @Test(arguments: ["", "ngmt_", "cnt_a b", "cnt_é", "foo_a", "cnt_a\n"]) func noIDs(text: String) {
        #expect(ResourceID(text) == nil)
    }
}
