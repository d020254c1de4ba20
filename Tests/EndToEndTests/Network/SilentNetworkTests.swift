import Foundation
import TestSupport
import Testing

/// Where packets to 192.0.2.0/24 vanish: a network and a mount namespace of a process's own.
enum SilentNetwork {
    /// What every network of a test's own begins with; the name servers are the first argument.
    private static let script = #"""
        set -e
        ip link set lo up
        ip link add out0 type veth peer name out1
        ip addr add 192.0.2.1/24 dev out0
        ip link set out0 up
        for end in 10 11 53; do ip neigh add 192.0.2.$end lladdr 02:00:00:00:00:01 dev out0 nud permanent; done
        mount -t tmpfs none /mnt
        for server in $1; do echo "nameserver $server" >>/mnt/resolv.conf; done
        mount --bind /mnt/resolv.conf /etc/resolv.conf
        shift

        """#

    /// What makes the network silent for good: the other end is nobody.
    static let nobody = #"""
        ip link set out1 up
        ip route add unreachable 198.51.100.0/24
        exec "$@"
        """#

    /// How to start a process where packets to 192.0.2.0/24 vanish, and name servers at `resolvers` are all there are.
    ///
    /// - Parameters:
    ///   - rest: shell that adds to the network, is given `command` as its arguments, and ends in `exec`.
    ///   - resolvers: the addresses in resolv.conf.
    static func inside(
        _ command: [String], environment: [String: String] = [:], resolvers: [String] = ["192.0.2.53"],
        rest: String = nobody
    ) -> Setup {
        let arguments = ["-n", "-m", "sh", "-c", script + rest, "sh", resolvers.joined(separator: " ")]
        var setup = Setup(arguments + command, environment: environment)
        setup.environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        setup.program = "/usr/bin/unshare"
        return setup
    }

    static let isPossible: Bool = {
        let ran = try? Command(inside(["true"]))
        if ran?.ending != .exited(0) {
            print("skipped: no network namespace can be made here (needs root and iproute2): \(ran?.errors ?? "")")
        }
        return ran?.ending == .exited(0)
    }()
}

/// A network that swallows everything: a name server that never answers, a host that takes no connection. The
/// namespaces take root and iproute2.
@Suite(.ownThread, .enabled(if: SilentNetwork.isPossible))
struct SilentNetworkTests {
    private func host(_ base: String, _ arguments: [String] = []) throws -> HostProcess {
        let command = [Setup.binary, "--base-url", base + "/api"] + arguments
        let host = try HostProcess(SilentNetwork.inside(command, environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        try host.expectAlive()
        return host
    }

    private static let silentName = "https://api.askelephant.test"
    private static let silentHost = "https://192.0.2.10"

    /// Seconds until the answer to `service.ping`.
    private func pingSeconds(_ host: HostProcess) throws -> Double {
        let start = Deadline.now
        try host.expectAlive()
        return Deadline.now - start
    }

    @Test(arguments: [silentName, silentHost])
    func nothingElseWaits(base: String) throws {
        let host = try host(base, ["--max-attempts", "1"])
        let start = Deadline.now
        let write = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        let cancelled = try host.begin("engagement.get", #"["ngmt_b"]"#)
        // Across the whole wait: what blocks may do so at the start, in between, or when time is up.
        for _ in 0..<20 {
            #expect(try pingSeconds(host) < bound(0.1))
            pause(milliseconds: 50)
        }
        let cancelledAt = Deadline.now
        try host.send(line: #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(cancelled)}}"#)
        #expect(try host.answer(to: cancelled).code == -32800)
        #expect(Deadline.now - cancelledAt < bound(0.1))
        // A lookup has 11 s, connecting has 5.
        while Deadline.now - start < (base == Self.silentName ? 12 : 6) {
            #expect(try pingSeconds(host) < bound(0.1))
            pause(milliseconds: 100)
        }
        let answer = try host.answer(to: write, within: 1)
        #expect(answer.code == 1001 && answer.kind == "network", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && answer.int("error", "data", "attempts") == 0)
        #expect(answer.bool("error", "data", "retryable") == true)
        try host.finish(within: 3)
    }

    @Test(arguments: [silentName, silentHost])
    func anAttemptGivesUpAfterFiveSeconds(base: String) throws {
        let host = try host(base, ["--max-attempts", "2"])
        let start = Deadline.now
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"), within: 13)
        let seconds = Deadline.now - start
        #expect(answer.kind == "network" && answer.int("error", "data", "attempts") == 0, "\(answer)")
        // Two attempts and up to a quarter of a second between them.
        #expect((9.8...bound(10.6)).contains(seconds), "\(seconds)")
        try host.finish(within: 3)
    }

    @Test(arguments: [silentName, silentHost])
    func theDeadlineHolds(base: String) throws {
        let host = try host(base, ["--timeout-ms", "1500"])
        let start = Deadline.now
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(["network", "timeout"].contains(answer.kind), "\(answer)")
        #expect(Deadline.now - start < bound(1.6))
        try host.finish(within: 3)
    }

    @Test(arguments: [silentName, silentHost])
    func theProcessEndsInTime(base: String) throws {
        let host = try host(base)
        let ids = try (0..<4).map { try host.begin("engagement.get", #"["ngmt_\#($0)"]"#) }
        let write = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        try host.expectAlive()
        pause(milliseconds: 200)
        let start = Deadline.now
        host.signal(SIGTERM)
        #expect(try host.waitForExit(within: 6) == .exited(0))
        #expect(Deadline.now - start < bound(2.25))
        for id in ids { #expect(try host.answer(to: id).text("error") != nil) }
        #expect(try host.answer(to: write).string("error", "data", "applied") == "no")
        try host.checkLeftovers()
    }

    @Test func anUnreachableHostIsToldAtOnce() throws {
        let host = try host("https://198.51.100.7", ["--max-attempts", "3"])
        let start = Deadline.now
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.code == 1001 && answer.string("error", "data", "applied") == "no", "\(answer)")
        #expect(Deadline.now - start < bound(5), "four short waits and nothing else")
        try host.finish()
    }
}
