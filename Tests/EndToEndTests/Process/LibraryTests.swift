import Foundation
import TestSupport
import Testing

/// Which libcurl the process has found, and one that can't do what is needed.
@Suite(.ownThread)
struct LibraryTests {
    private static let hasCompiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/gcc")

    @Test func doctorNamesTheFileThatItWasLoadedFrom() throws {
        let doctor = try Command(["doctor", "--sandbox"])
        let line = try #require(doctor.output.firstMatch(of: /\nok    libcurl +(\/[^\n]*libcurl[^\n]*)\n/), "\(doctor)")
        #expect(FileManager.default.fileExists(atPath: String(line.1)))
    }

    /// One that says it is older, or cannot speak TLS.
    @Test(
        .enabled(if: hasCompiler, "needs gcc"),
        arguments: [
            ("facts.version = \"7.74.0\"; facts.version_num = 0x074a00;", "libcurl 7.74.0 was found, at /"),
            ("facts.features &= ~CURL_VERSION_SSL;", "it was built without TLS"),
        ])
    func oneThatLacksSomethingIsNamed(change: String, words: String) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/engagement-rpc-library-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = """
            #define _GNU_SOURCE
            #include <curl/curl.h>
            #include <dlfcn.h>
            curl_version_info_data *curl_version_info(CURLversion age) {
                static curl_version_info_data facts;
                curl_version_info_data *(*real)(CURLversion) = dlsym(RTLD_NEXT, "curl_version_info");
                facts = *real(age);
                \(change)
                return &facts;
            }
            """
        try source.write(toFile: folder + "/a.c", atomically: true, encoding: .utf8)
        var build = Setup(["-shared", "-fPIC", "-o", folder + "/a.so", folder + "/a.c"])
        (build.program, build.environment) = ("/usr/bin/gcc", ProcessInfo.processInfo.environment)
        try #require(try HostProcess(build).waitForExit(within: 30) == .exited(0))
        let server = try FaultServer(always: .ok())
        let environment = ["LD_PRELOAD": folder + "/a.so", "ENGAGEMENT_RPC_TOKEN": testToken]
        let host = try HostProcess(Setup(["--base-url", server.baseURL], environment: environment))
        let refused = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(refused.code == 1005 && refused.string("error", "data", "applied") == "no", "\(refused)")
        #expect(refused.string("error", "message")?.contains(words) == true, "\(refused)")
        try host.finish()
        let doctor = try Command(["doctor", "--base-url", server.baseURL], environment: environment)
        #expect(doctor.ending == .exited(1) && doctor.output.contains("FAIL  libcurl"), "\(doctor)")
        #expect(doctor.output.contains(words) && doctor.output.contains("Not ready: libcurl;"), "\(doctor)")
        #expect(server.requests.isEmpty)
    }
}
