import Bytes
import Testing

@Suite struct DigitsTests {
    @Test func hexadecimalDigits() {
        for byte in UInt8.min...UInt8.max {
            let text = String(Unicode.Scalar(byte))
            #expect(byte.hexValue == (byte < 128 && text != "+" ? UInt8(text, radix: 16) : nil))
        }
        for value in 0..<16 as Range<UInt8> {
            #expect(UInt8.lowerHexDigit(value) == String(value, radix: 16).utf8.first)
            #expect(UInt8.upperHexDigit(value) == String(value, radix: 16, uppercase: true).utf8.first)
        }
    }

    @Test func hexadecimalNumbers() {
        #expect(Bytes("00e9").hexNumber == 0xE9 && Bytes("FFFF").hexNumber == 0xFFFF && Bytes("a").hexNumber == 10)
        for text in ["", "+041", "12345", "00g0"] as [StaticString] { #expect(Bytes(text).hexNumber == nil) }
    }

    @Test func zerosInFront() {
        #expect(7.padded(to: 2) == "07" && 1234.padded(to: 2) == "1234" && 0.padded(to: 3) == "000")
        #expect(UInt8(0x0A).padded(to: 2, radix: 16) == "0a" && UInt64.max.padded(to: 16, radix: 16).count == 16)
    }
}
