import Bytes
import Testing

@Suite struct FieldReaderTests {
    @Test func fieldsFromTheLeft() {
        var reader = FieldReader("Feb 07,09+12345Z")
        #expect(reader.skip("Mar") == false && reader.name(of: ["Jan", "Feb"]) == 1)
        #expect(reader.name(of: ["Jan", "Feb"]) == nil && reader.skip(" "))
        #expect(reader.number(digits: 2, in: 8...9) == nil && reader.number(digits: 3) == nil, "nothing is taken")
        #expect(reader.number(digits: 2, in: 1...31) == 7)
        #expect(reader.letter(of: "+-") == nil && reader.letter(of: ".,") == UInt8(ascii: ","))
        #expect(reader.number(digits: 2) == 9 && reader.letter(of: "+-") == UInt8(ascii: "+"))
        #expect(reader.digits()?.text == "12345" && reader.digits() == nil)
        #expect(!reader.isAtEnd && reader.rest.equals("Z") && reader.skip("Z") && reader.isAtEnd)
        #expect(reader.number(digits: 1) == nil && reader.letter(of: "Z") == nil && reader.digits() == nil)
    }
}

extension FieldReader {
    fileprivate init(_ text: StaticString) { self.init(Bytes(text)) }
}
