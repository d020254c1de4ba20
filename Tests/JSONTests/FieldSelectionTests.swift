import Bytes
import Foundation
import TestSupport
import Testing

@testable import JSON

/// A projection over bytes, beside the same over values.
@Suite struct FieldSelectionTests {
    private func project(_ text: String, _ paths: [String]) -> String? {
        guard let selection = FieldSelection(paths) else { return nil }
        let (buffer, out) = (ByteBuffer(text.utf8), ByteBuffer())
        return withExtendedLifetime(buffer) {
            var scanner = JSONScanner(buffer.bytes)
            guard let root = try? scanner.text() else { return nil }
            return selection.append(root, to: out) ? out.bytes.text : ""
        }
    }

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, ["b"], #"{"b":2}"#),
        (#"{"a":1.50, "b" : [ 1 , 2 ]}"#, ["b", "a"], #"{"a":1.50,"b":[ 1 , 2 ]}"#),
        (#"{"a":{"b":1,"c":2},"d":3}"#, ["a.b"], #"{"a":{"b":1}}"#),
        (#"{"a":{"b":1,"c":2}}"#, ["a", "a.b"], #"{"a":{"b":1,"c":2}}"#),
        (#"{"a":[{"b":1},{"c":2},{"b":3}]}"#, ["a.b"], #"{"a":[{"b":1},{},{"b":3}]}"#),
        (#"{"a":[[{"b":1}]]}"#, ["a.b"], #"{"a":[[{"b":1}]]}"#),
        (#"{"a":null}"#, ["a.b"], #"{"a":null}"#), (#"{"a":7}"#, ["a.b"], "{}"),
        (#"{"a":[1,null,{"b":2},"x"]}"#, ["a.b"], #"{"a":[null,{"b":2}]}"#),
        (#"{}"#, ["a"], "{}"), (#"{"\u0061":1}"#, ["a"], #"{"\u0061":1}"#), (#"{"a.b":1}"#, ["a.b"], "{}"),
        (#"[{"a":1,"b":2}]"#, ["a"], #"[{"a":1}]"#),
        (#"{"é":{"ü":1}}"#, ["é.ü"], #"{"é":{"ü":1}}"#), (#"{"a":1,"a":2}"#, ["a"], #"{"a":1,"a":2}"#),
        (#"{"ab":1,"a":2}"#, ["a"], #"{"a":2}"#),
    ])
    func selects(text: String, paths: [String], result: String) { #expect(project(text, paths) == result) }

    /// Names are told apart by their bytes, however they are escaped, and what is hostile costs no more than a read.
    @Test func namesAreBytes() {
        #expect(project("{\"\u{E9}\":1,\"e\u{301}\":2}", ["\u{E9}", "e\u{301}"]) == "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(project(#"{"\u00e9":1,"\ud83d\ude00":2,"\ud83d":3}"#, ["é", "😀"]) == #"{"\u00e9":1,"\ud83d\ude00":2}"#)
        let deep = String(repeating: "[", count: 500) + #"{"a":1}"# + String(repeating: "]", count: 500)
        #expect(project(deep, ["a"])?.contains("a") == false, "deeper than anybody goes")
        #expect(project("5", ["a"])?.isEmpty == true)
    }

    @Test func boundsHold() {
        for bad in [[""], ["a."], [".a"], ["a..b"], ["a.b.c.d.e.f.g.h.i"], (0...64).map { "f\($0)" }] {
            #expect(FieldSelection(bad) == nil)
        }
        #expect(FieldSelection(["a.b.c.d.e.f.g.h"]) != nil && FieldSelection((0..<64).map { "f\($0)" }) != nil)
    }

    /// The same by Foundation's values, over random texts and paths.
    @Test func agreesWithValues() throws {
        var generator = SeededGenerator(seed: 7)
        func text(_ depth: Int) -> String {
            switch Int.random(in: 0...(depth > 0 ? 6 : 3), using: &generator) {
            case 0: return "null"
            case 1: return "\(Int.random(in: 0...9, using: &generator))"
            case 2: return #""s""#
            case 3: return "true"
            case 4:
                return "["
                    + (0..<Int.random(in: 0...3, using: &generator)).map { _ in text(depth - 1) }.joined(separator: ",")
                    + "]"
            default:
                let names = ["a", "b", "c"].filter { _ in Bool.random(using: &generator) }
                return "{" + names.map { "\"\($0)\":\(text(depth - 1))" }.joined(separator: ",") + "}"
            }
        }
        func select(_ value: Any, _ paths: [[String]]) -> Any? {
            if let object = value as? [String: Any] {
                var out: [String: Any] = [:]
                for (name, inner) in object {
                    let rests = paths.filter { $0.first == name }.map { Array($0.dropFirst()) }
                    guard !rests.isEmpty else { continue }
                    if rests.contains(where: \.isEmpty) {
                        out[name] = inner
                    } else if let found = select(inner, rests) {
                        out[name] = found
                    }
                }
                return out
            }
            if let list = value as? [Any] { return list.compactMap { select($0, paths) } }
            return value is NSNull ? value : nil
        }
        for _ in 0..<3000 {
            let source = text(4)
            let paths = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    ["a", "b", "c"].randomElement(using: &generator) ?? "a"
                }
            }
            let value = try JSONSerialization.jsonObject(with: Data(source.utf8), options: .fragmentsAllowed)
            let mine = project(source, paths.map { $0.joined(separator: ".") }) ?? ""
            guard let expected = select(value, paths) else {
                #expect(mine.isEmpty, "\(source) \(paths) \(mine)")
                continue
            }
            let got = try JSONSerialization.jsonObject(with: Data(mine.utf8), options: .fragmentsAllowed)
            #expect((got as? NSObject) == (expected as? NSObject), "\(source) \(paths): \(mine)")
        }
    }
}
