import Bytes
import Foundation
import HTTP
import TestSupport
import Testing

@Suite struct RetryAfterTests {
    /// 2026-11-24 09:00:00 UTC.
    static let nine = 1_795_510_800

    static func date(_ text: String, now: Double = Double(nine)) -> Int? {
        withBytes(text) { HTTPDate.seconds($0, now: now) }
    }

    static func seconds(_ text: String, date: String? = nil, clock: Double = Double(nine)) -> Double? {
        withBytes(text) { value in
            guard let date else { return RetryAfter.seconds(value, date: nil, wallClock: clock) }
            return withBytes(date) { RetryAfter.seconds(value, date: $0, wallClock: clock) }
        }
    }

    /// RFC 9110 has whole seconds only, but a server that says 1.5 does not want to be asked after 0.5.
    @Test(arguments: [
        ("1.5", 2.0), ("0.2", 1), ("0.0", 0), ("7.00", 7), ("59.999", 60), ("60.01", 61),
        ("9999999999.5", 10_000_000_000),
    ])
    func decimalsAreRoundedUp(text: String, seconds: Double) { #expect(Self.seconds(text) == seconds) }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.", ".5", "1.5.5", "1.5s", "1.-5", "1,5", "1.000000000000000000001", "1, 2", "1,2",
        "1;2", "1s", "soon", "12345678901", "0x10", "1e2", "١", "1 2",
        "\"3\"",
        "Tue", "Tue, 24 Nov 2026 09:00:10", "Tue, 24 Nov 2026 09:00:10 UTC", "tue, 24 Nov 2026 09:00:10 GMT",
        "Tue, 24 nov 2026 09:00:10 GMT", "Tue, 24 Nov 2026 24:00:00 GMT", "Tue, 24 Nov 2026 09:60:00 GMT",
        "Tue, 24 Nov 2026 09:00:61 GMT", "Tue, 31 Nov 2026 09:00:10 GMT", "Tue, 00 Nov 2026 09:00:10 GMT",
        "Tue, 29 Feb 2026 09:00:10 GMT", "Tue, 29 Feb 2100 09:00:10 GMT", "Tue, 24 Nov 26 09:00:10 GMT",
        "Tue, 24-Nov-26 09:00:10 GMT", "Tuesday, 24-Nov-2026 09:00:10 GMT", "Tuesday, 24 Nov 26 09:00:10 GMT",
        "Tuesday, 24-Nov-26 09:00:10 GMT;", "Tue Nov 24 09:00:10 2026 GMT", "Tue Nov 24 09:00:10 26",
        "Tue Nov  0 09:00:10 2026", "Tue, 24 Nov 2026 09:00:10 GMTx", "Xyz, 24 Nov 2026 09:00:10 GMT",
        "Tue,  4 Nov 2026 09:00:10 GMT", "Tue, 4 Nov 2026 09:00:10 GMT", "2026-11-24T09:00:10Z",
    ])
    func malformed(_ text: String) {
        #expect(Self.seconds(text) == nil)
        // A readable date of the answer changes nothing.
        #expect(Self.seconds(text, date: "Tue, 24 Nov 2026 09:00:00 GMT") == nil)
    }

    @Test(arguments: [
        "Tue, 24 Nov 2026 09:00:10 GMT", "Tuesday, 24-Nov-26 09:00:10 GMT", "Tue Nov 24 09:00:10 2026",
        "Fri, 24 Nov 2026 09:00:10 GMT",
    ])
    func dates(_ text: String) {
        #expect(Self.seconds(text) == 10)
        #expect(Self.seconds(text, clock: Double(Self.nine) + 9.5) == 0.5)
        #expect(Self.seconds(text, clock: Double(Self.nine) + 11) == 0)
        // The local clock is an hour off; the answer's date is not.
        for skew in [-3_600.0, 3_600, .nan, .infinity, -.infinity] {
            for sent in [
                "Tue, 24 Nov 2026 09:00:00 GMT", "Tuesday, 24-Nov-26 09:00:00 GMT", "Tue Nov 24 09:00:00 2026",
            ] where skew.isFinite || !sent.contains("-") {
                #expect(Self.seconds(text, date: sent, clock: Double(Self.nine) + skew) == 10)
            }
        }
        #expect(Self.seconds(text, date: "yesterday") == 10)
        #expect(Self.seconds(text, date: "", clock: .nan) == nil)
    }

    /// Proxies join the lines of a field that comes twice.
    @Test(
        arguments: [
            ("2, 2", 2), ("2,2", 2), ("2 ,  2,2", 2), ("1.5, 1.5", 2), ("2, 3", nil), ("2,", nil), (",2", nil),
            (",", nil), (",,", nil), ("2, 2, 3", nil), ("2, 3, 2, 3", nil), ("2, 02", nil),
            ("Tue, 24 Nov 2026 09:00:10 GMT, Tue, 24 Nov 2026 09:00:10 GMT", 10),
            ("Tue, 24 Nov 2026 09:00:10 GMT,Tue, 24 Nov 2026 09:00:11 GMT", nil),
            ("Tuesday, 24-Nov-26 09:00:10 GMT, Tuesday, 24-Nov-26 09:00:10 GMT", 10),
            ("Tue Nov 24 09:00:10 2026, Tue Nov 24 09:00:10 2026", 10),
        ] as [(String, Double?)])
    func equalDuplicatesAreOne(text: String, seconds: Double?) { #expect(Self.seconds(text) == seconds) }

    /// Seconds or milliseconds since 1970, which nobody means as seconds to wait.
    @Test(
        arguments: [
            (10, 10), (0, 0), (-10, 0), (86_400, 86_400), (-86_400, 0), (31_000_000, 31_000_000), (-31_000_000, 0),
            // Further off than that it may be anything, and is what the field says.
            (40_000_000, Double(nine) + 40_000_000), (-40_000_000, Double(nine) - 40_000_000),
        ] as [(Int, Double)])
    func momentsAreNoSpans(offset: Int, seconds: Double) {
        #expect(Self.seconds("\(Self.nine + offset)") == seconds)
        #expect(Self.seconds("\(Self.nine + offset)", date: "soon") == seconds)
        // The local clock is a month off; the answer's date is not.
        let date = "Tue, 24 Nov 2026 09:00:00 GMT"
        #expect(Self.seconds("\(Self.nine + offset)", date: date, clock: Double(Self.nine) - 2_600_000) == seconds)
        guard seconds < 1e9 else { return }
        #expect(Self.seconds("\(Self.nine + offset)000") == seconds)
        #expect(Self.seconds("\(Self.nine + offset - 1).25") == seconds)
    }

    /// A clock near 1970 makes no moment of a short wait.
    @Test(arguments: ["0", "1", "60", "3600"]) func aClockThatWasNeverSet(text: String) {
        for clock in [0.0, 30, 4000] { #expect(Self.seconds(text, clock: clock) == Double(text)) }
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Sun Nov 06 08:49:37 1994", 784_111_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200),
    ])
    func epoch(_ text: String, _ seconds: Int) {
        #expect(Self.date(text) == seconds)
    }

    /// The latest year that is no more than 50 years off.
    @Test(arguments: [
        (2026, "26", 2026), (2026, "75", 2075), (2026, "76", 2076), (2026, "77", 1977), (2026, "99", 1999),
        (2026, "00", 2000), (2090, "10", 2110), (2090, "39", 2139), (2090, "41", 2041), (1999, "00", 2000),
        (1994, "94", 1994), (2000, "51", 1951), (2000, "49", 2049),
    ])
    func twoDigitYears(_ nowYear: Int, _ digits: String, _ year: Int) throws {
        let now = try #require(Self.date("Mon, 01 Jul \(nowYear) 00:00:00 GMT"))
        let expected = try #require(Self.date("Mon, 01 Jun \(year) 00:00:00 GMT"))
        #expect(Self.date("Monday, 01-Jun-\(digits) 00:00:00 GMT", now: Double(now)) == expected)
    }

    @Test func twoDigitYearAtTheEdge() throws {
        let now = try #require(Self.date("Tue, 24 Nov 2026 09:00:00 GMT"))
        let before = try #require(Self.date("Tuesday, 23-Nov-76 00:00:00 GMT", now: Double(now)))
        let after = try #require(Self.date("Tuesday, 26-Nov-76 00:00:00 GMT", now: Double(now)))
        #expect(before > now && after < now)
        for now in [Double.nan, .infinity, -.infinity, 1e300, -1e300] {
            #expect(Self.date("Tuesday, 26-Nov-76 00:00:00 GMT", now: now) != nil)
        }
        // 50 mean years from here is three hours into a year, where counting in mean years is still in the one before.
        let newYear = try #require(Self.date("Wed, 31 Dec 2053 00:00:00 GMT"))
        let expected = try #require(Self.date("Tue, 01 Jan 2104 01:00:00 GMT"))
        #expect(Self.date("Tuesday, 01-Jan-04 01:00:00 GMT", now: Double(newYear)) == expected)
        // 29 February has to be one in the year that was meant.
        #expect(Self.date("Tuesday, 29-Feb-28 00:00:00 GMT") != nil)
        #expect(Self.date("Tuesday, 29-Feb-27 00:00:00 GMT") == nil)
    }

    /// Against another implementation of the calendar, in all three forms.
    @Test func calendar() throws {
        var generator = SeededGenerator(seed: 1)
        var utc = Calendar(identifier: .gregorian)
        utc.timeZone = try #require(TimeZone(identifier: "GMT"))
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for _ in 0..<500 {
            // 1600 to 9999: before October 1582 Foundation has the Julian calendar.
            let when = Int.random(in: -11_676_096_000...253_402_300_799, using: &generator)
            let parts = utc.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: Double(when)))
            let day = days[try #require(parts.weekday) - 1]
            let month = months[try #require(parts.month) - 1]
            let time = String(format: "%02d:%02d:%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
            let dayOfMonth = try #require(parts.day)
            let year = String(format: "%04d", parts.year ?? 0)
            #expect(Self.date("\(day), \(String(format: "%02d", dayOfMonth)) \(month) \(year) \(time) GMT") == when)
            #expect(Self.date("\(day) \(month) \(String(format: "%2d", dayOfMonth)) \(time) \(year)") == when)
        }
    }

    /// Nothing that comes from outside may trap.
    @Test func garbage() {
        var generator = SeededGenerator(seed: 2)
        let seeds = [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "120",
            "9999999999", "",
        ]
        for _ in 0..<20_000 {
            var bytes = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let at = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
                case 1: if at < bytes.count { bytes.remove(at: at) }
                default: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &generator) }
                }
            }
            let buffer = ByteBuffer(bytes)
            let other = ByteBuffer(bytes.reversed())
            let clock = generator.uniform() * 4e9
            for date in [nil, buffer.bytes, other.bytes] {
                guard let seconds = RetryAfter.seconds(buffer.bytes, date: date, wallClock: clock) else { continue }
                #expect(seconds >= 0 && seconds.isFinite)
            }
            withExtendedLifetime((buffer, other)) {}
        }
        #expect(RetryAfter.seconds(Bytes(start: nil, count: 0), date: nil, wallClock: 0) == nil)
    }

    @Test func ofAnExchange() {
        func exchange(_ fields: [(Exchange.Field, String)]) -> Exchange {
            let exchange = Exchange(
                tag: 0, request: HTTPRequest(.get, target: ByteBuffer("/".utf8)), body: ByteBuffer(),
                connectTimeoutMs: 0)
            for (field, value) in fields { withBytes(value) { exchange.note(field, $0) } }
            return exchange
        }
        let ten = "Tue, 24 Nov 2026 09:00:10 GMT"
        let nine = "Tue, 24 Nov 2026 09:00:00 GMT"
        #expect(exchange([]).retryAfter(wallClock: 0) == nil)
        #expect(exchange([(.retryAfter, "5")]).retryAfter(wallClock: 0) == 5)
        #expect(exchange([(.retryAfter, "5"), (.retryAfter, "5")]).retryAfter(wallClock: 0) == 5)
        #expect(exchange([(.retryAfter, "5"), (.retryAfter, "6")]).retryAfter(wallClock: 0) == nil)
        #expect(exchange([(.retryAfter, "5"), (.retryAfter, "6"), (.retryAfter, "5")]).retryAfter(wallClock: 0) == nil)
        #expect(exchange([(.retryAfter, ten), (.retryAfter, ten), (.date, nine)]).retryAfter(wallClock: 0) == 10)
        #expect(exchange([(.retryAfter, "\(Self.nine + 5)"), (.date, nine)]).retryAfter(wallClock: 0) == 5)
        #expect(exchange([(.retryAfter, ten), (.date, nine)]).retryAfter(wallClock: 0) == 10)
        #expect(exchange([(.retryAfter, ten)]).retryAfter(wallClock: Double(Self.nine)) == 10)
    }
}
