// swift-tools-version: 6.0
import PackageDescription

// In a release build the Swift runtime and Foundation are linked in, so that the binary starts fast and runs on a machine
// without Swift. libcurl stays dynamic: the distribution's security fixes reach it without a rebuild. Debug builds stay
// dynamic throughout, because the toolchain has no static Swift Testing. Exclusive access is proved at compile time and
// checked at run time in debug builds, which the tests use; in a release build the run-time part was an eighth of a call.
// What nothing refers to is left out of a release build, a section for each function, and so are the names of stored
// properties, which nothing here asks for; functions that are the same are kept once. All that is looked up in other
// libraries is so before the program begins, and can't be changed after that; the linker in Sources/link leaves out that
// libraries are looked for beside the binary.
// Each list has its type and no sum of lists stands in another: the compiler of Swift 6.0 would look for types for hours.
let fromSources: [String] = ["-Xfrontend", "-function-sections", "-Xfrontend", "-disable-reflection-metadata"]
let compile: [SwiftSetting] = [
    .unsafeFlags(["-warnings-as-errors"]),
    .unsafeFlags(
        ["-static-stdlib", "-enforce-exclusivity=unchecked"] + fromSources, .when(configuration: .release)),
]
/// For what runs once for each process, row or answer that a person waits for.
let compileSmall: [SwiftSetting] = compile + [.unsafeFlags(["-Osize"], .when(configuration: .release))]
let linkFolder: String = Context.packageDirectory + "/Sources/link"
let toLinker: [String] = [
    "-B" + linkFolder, "-Wl,-z,relro,-z,now", "-static-libgcc", "-Wl,--gc-sections", "-Wl,--icf=safe",
    "-l_FoundationICU",
    "-Wl,-Bstatic,-lstdc++,-Bdynamic",
]
let linkFlags: [String] = ["-static-stdlib", "-L" + linkFolder] + toLinker.flatMap { ["-Xclang-linker", $0] }
let link: [LinkerSetting] = [.unsafeFlags(linkFlags, .when(configuration: .release))]

/// A library target and, beside it, the test target that has its name.
func module(
    _ name: String, _ dependencies: [Target.Dependency], tests: [Target.Dependency] = [],
    settings: [SwiftSetting] = compile
) -> [Target] {
    [
        .target(name: name, dependencies: dependencies, swiftSettings: settings),
        .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + tests, swiftSettings: compile),
    ]
}

let program: [Target] = [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // valgrind, which counts the instructions of a call, does not read what clang writes of DWARF 5.
    .target(name: "CSystem", cSettings: [.unsafeFlags(["-gdwarf-4"])]),
    .executableTarget(
        name: "engagement-rpc",
        dependencies: [
            "Bytes", "JSON", "HTTP", "JSONRPC", "EngagementAPI", "MCP", "LSP", "Journal", "Service", "Runtime",
            "Sandbox", "Platform", "Tables", "Jobs",
        ],
        swiftSettings: compileSmall, linkerSettings: link),
    .target(
        name: "TestSupport", dependencies: ["Bytes", "CSystem", "JSON"], path: "Tests/TestSupport",
        swiftSettings: compile),
    .testTarget(
        name: "EndToEndTests", dependencies: ["TestSupport", "JSONRPC", "engagement-rpc"], swiftSettings: compile),
]
let modules: [[Target]] = [
    module("Bytes", ["CSystem"]),
    module("Platform", ["Bytes", "CSystem"], tests: ["TestSupport"]),
    module("JSON", ["Bytes", "CSystem"], tests: ["TestSupport"]),
    module("HTTP", ["Bytes"], tests: ["TestSupport"]),
    module("JSONRPC", ["Bytes", "JSON"]),
    module("EngagementAPI", ["Bytes", "JSON", "HTTP", "JSONRPC"], tests: ["TestSupport"]),
    module("MCP", ["Bytes", "JSON", "JSONRPC", "EngagementAPI"]),
    module("Tables", ["Bytes", "JSON"], tests: ["TestSupport"]),
    module(
        "LSP", ["Bytes", "JSON", "JSONRPC", "EngagementAPI", "Tables"], tests: ["TestSupport"],
        settings: compileSmall),
    module("Journal", ["Bytes", "JSON", "Platform"]),
    module(
        "Service", ["Bytes", "JSON", "HTTP", "JSONRPC", "EngagementAPI", "MCP", "LSP", "Journal"],
        tests: ["TestSupport"]),
    module("Runtime", ["Bytes", "HTTP", "CCurl", "CSystem", "Platform"], tests: ["TestSupport"]),
    module("Sandbox", ["Bytes", "JSON", "Platform"], settings: compileSmall),
    module(
        "Jobs", ["Bytes", "JSON", "HTTP", "Platform", "Journal", "JSONRPC", "Tables", "Service", "Runtime"],
        tests: ["TestSupport"]),
]

let package = Package(
    name: "engagement-rpc",
    products: [.executable(name: "engagement-rpc", targets: ["engagement-rpc"])],
    targets: program + modules.flatMap { $0 },
    swiftLanguageModes: [.v6]
)
