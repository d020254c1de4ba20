import Bytes
import Foundation
import Testing

@Suite struct CivilDateTests {
    /// Every day of ten thousand years, as Foundation counts them.
    @Test func everyDayAsFoundationCounts() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let first = CivilDate(year: 1600, month: 1, day: 1).daysSince1970
        for days in stride(from: first, to: first + 800 * 366, by: 17) {
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(days) * 86_400))
            let date = CivilDate(daysSince1970: days)
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day, "\(days)")
        }
    }

    /// From the year 0 to the year 9999 each day is followed by the next one, and names and numbers agree.
    @Test func daysFollowEachOther() {
        var days = CivilDate(year: 0, month: 1, day: 1).daysSince1970
        #expect(days == -719_528)
        var isInOrder = true
        for year in 0...9999 {
            for month in 1...12 {
                for day in 1...CivilDate.days(inMonth: month, of: year) {
                    let date = CivilDate(year: year, month: month, day: day)
                    if date.daysSince1970 != days || CivilDate(daysSince1970: days) != date { isInOrder = false }
                    days += 1
                }
            }
        }
        #expect(isInOrder && days == 2_932_897)
    }

    @Test func aDayPastTheMonthIsOneOfTheNext() {
        let past = CivilDate(year: 2026, month: 2, day: 31).daysSince1970
        #expect(CivilDate(daysSince1970: past) == CivilDate(year: 2026, month: 3, day: 3))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_772_442_000_007, "2026-03-02T09:00:00.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ])
    func points(_ milliseconds: Int, _ text: String) {
        #expect(CivilDate.text(millisecondsSince1970: milliseconds) == text)
    }

    @Test func quotientsAreRoundedDown() {
        #expect([-8, -7, -1, 0, 1, 7, 8].map { $0.floorDivided(by: 7) } == [-2, -1, -1, 0, 0, 1, 1])
    }
}
