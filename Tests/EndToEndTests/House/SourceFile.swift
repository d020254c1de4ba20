import Foundation
import TestSupport

/// A Swift file of the repository. All are read once, for all rules.
struct SourceFile: Sendable {
    /// From the top of the repository.
    let path: String
    let bytes: [UInt8]
    let text: SwiftText

    /// Whether it is of the program, and not of its tests.
    var isSource: Bool { path.hasPrefix("Sources/") }
    /// The folder below Sources or Tests.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }
    /// The folder that it stands in.
    var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    /// Without its folder and ending.
    var name: String { String((path.split(separator: "/").last ?? "").dropLast(".swift".count)) }

    /// Those below Sources and Tests, by path.
    static func all() throws -> [SourceFile] { try read.get() }

    /// Those below Sources, and what each declares.
    static func declared() throws -> [(file: SourceFile, declarations: Declarations)] { try sources.get() }

    private static let read = Result {
        try ["Sources", "Tests"].flatMap { folder in
            let names = try FileManager.default.subpathsOfDirectory(atPath: Repository.root + "/" + folder)
            return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
                let bytes = try Repository.bytes("\(Repository.root)/\(folder)/\(name)")
                return SourceFile(path: "\(folder)/\(name)", bytes: bytes, text: SwiftText(bytes))
            }
        }
    }

    private static let sources = Result {
        try all().filter(\.isSource).map { (file: $0, declarations: Declarations($0.text)) }
    }
}
