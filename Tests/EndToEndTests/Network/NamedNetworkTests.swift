import Foundation
import TestSupport
import Testing

/// A network and a mount namespace with a name server and HTTPS servers of a test's own
/// (`Tests/NetworkSupport/named_network.py`): 192.0.2.1 is its name server, packets to 192.0.2.10, 192.0.2.11 and
/// 192.0.2.53 vanish, 192.0.2.20 is another machine, which refuses, 203.0.113.1 and 203.0.113.2 refuse where nobody
/// serves. A resolver puts those of 192.0.2.0/24 first.
private final class NamedNetwork {
    private let log: String
    private let plan: String
    private let resolvers: [String]

    /// - Parameters:
    ///   - names: what is answered to one question after the other, as JSON.
    ///   - servers: after how many answers each address closes and refuses, as JSON.
    ///   - resolvers: the name servers in use.
    init(names: String, servers: String, resolvers: [String] = ["192.0.2.1"]) throws {
        log = NSTemporaryDirectory() + "named-network-\(UUID().uuidString)"
        plan = #"{"names":\#(names),"servers":\#(servers)}"#
        self.resolvers = resolvers
    }

    deinit { try? FileManager.default.removeItem(atPath: log) }

    /// What follows the beginning that all such networks have.
    private static let script = #"""
        mount -t tmpfs none /run
        ip netns add far
        ip link set out1 netns far
        ip -n far addr add 192.0.2.20/24 dev out1
        ip -n far link set out1 up
        for end in 1 2; do
            ip addr add 203.0.113.$end/32 dev lo
            ip route replace local 203.0.113.$end dev lo table local src 192.0.2.1
        done
        log=$1
        shift
        setsid "$1" "$2" $$ "$log" "$3" "$4" "$5" </dev/null >/dev/null 2>&1 &
        shift 5
        tries=0
        until grep -q ready "$log" 2>/dev/null; do
            sleep 0.05
            tries=$((tries + 1))
            [ $tries -lt 200 ] || exit 9
        done
        exec "$@"
        """#

    /// A process in this network, whose API is `https://api.test:8443`.
    func host(_ arguments: [String] = []) throws -> HostProcess {
        let certificates = try #require(Certificates.shared)
        let server = [
            Self.python, Repository.root + "/Tests/NetworkSupport/named_network.py", certificates.folder + "/leaf.pem",
            certificates.folder + "/leaf.key", plan,
        ]
        let command = [
            Setup.binary, "--base-url", "https://api.test:8443/api", "--ca-file", certificates.authority,
        ]
        let setup = SilentNetwork.inside(
            [log] + server + command + arguments, environment: ["ENGAGEMENT_RPC_TOKEN": testToken],
            resolvers: resolvers, rest: Self.script)
        let host = try HostProcess(setup)
        try host.wait(within: 20, for: "the network") { self.lines.contains("ready") }
        try host.expectAlive()
        return host
    }

    /// What happened there so far.
    var lines: [String] {
        ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    /// The interpreter itself: a wrapper would look for things that the environment in there does not name.
    private static let python: String = {
        var setup = Setup(["python3", "-c", "import sys; print(sys.executable)"])
        (setup.program, setup.environment) = ("/usr/bin/env", ProcessInfo.processInfo.environment)
        return (try? Command(setup).output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? "python3"
    }()
}

/// Several addresses of one name, name servers that are dead or fail, and addresses that change. The namespaces take
/// root and iproute2.
@Suite(.ownThread, .enabled(if: SilentNetwork.isPossible && TLSServer.isPossible))
struct NamedNetworkTests {
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = Deadline.now
        try body()
        return Deadline.now - start
    }

    /// Well inside the 5 s that there are for a connection, whichever of both is taken first.
    @Test(arguments: [SampleCall.get, .patch])
    func aSecondAddressIsReachedWhereTheFirstIsSilent(sample: SampleCall) throws {
        let network = try NamedNetwork(
            names: #"[["192.0.2.10","203.0.113.1"]]"#, servers: #"{"203.0.113.1":null}"#)
        let host = try network.host()
        let taken = try seconds {
            let answer = try host.call(sample, "a", within: 20)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        }
        #expect(taken < bound(3.5), "\(taken)")
        try host.finish()
        #expect(network.lines.count { $0.hasPrefix("request") } == 1)
    }

    @Test func aThirdAddressIsReachedWhereTwoAreSilent() throws {
        let network = try NamedNetwork(
            names: #"[["192.0.2.10","192.0.2.11","203.0.113.1"]]"#, servers: #"{"203.0.113.1":null}"#)
        let host = try network.host()
        let answer = try host.call(.patch, "a", within: 30)
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        try host.finish()
    }

    /// Nor do two of them, one of another machine and one of this.
    @Test(arguments: [SampleCall.get, .patch], ["", #""203.0.113.2","#])
    func aRefusalCostsNoTime(sample: SampleCall, second: String) throws {
        let network = try NamedNetwork(
            names: #"[["192.0.2.20",\#(second)"203.0.113.1"]]"#, servers: #"{"203.0.113.1":null}"#)
        let host = try network.host()
        let taken = try seconds {
            let answer = try host.call(sample, "a", within: 20)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        }
        #expect(taken < bound(1), "\(taken)")
        try host.finish()
    }

    /// glibc waits 5 s for it, longer than there is for a connection.
    @Test(arguments: [SampleCall.get, .patch])
    func aDeadFirstNameServerIsOutlasted(sample: SampleCall) throws {
        let network = try NamedNetwork(
            names: #"[["203.0.113.1"]]"#, servers: #"{"203.0.113.1":null}"#, resolvers: ["192.0.2.53", "192.0.2.1"])
        let host = try network.host()
        let taken = try seconds {
            let answer = try host.call(sample, "a", within: 20)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        }
        #expect(taken < bound(7), "\(taken)")
        try host.finish()
    }

    @Test func deadNameServersAreNamed() throws {
        let network = try NamedNetwork(names: #"["silent"]"#, servers: "{}", resolvers: ["192.0.2.53"])
        let host = try network.host(["--timeout-ms", "4000"])
        let answer = try host.call(.patch, "a", within: 20)
        #expect(answer.kind == "network" && answer.applied == "no" && answer.attempts == 0, "\(answer)")
        #expect(answer.message.contains("name server"), "\(answer)")
        try host.finish(within: 3)
    }

    /// SERVFAIL, as a name server says that is being started.
    @Test func aNameServerThatFailsForAMomentIsAskedAgain() throws {
        let network = try NamedNetwork(
            names: "[\(String(repeating: #""fails","#, count: 7))[\"203.0.113.1\"]]", servers: #"{"203.0.113.1":null}"#)
        let host = try network.host()
        let answer = try host.call(.patch, "a", within: 20)
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        try host.finish()
    }

    /// The first address answers once and refuses from then on, and the name has another.
    @Test(arguments: [SampleCall.get, .patch])
    func anAddressThatHasChangedIsAskedForAgain(sample: SampleCall) throws {
        let network = try NamedNetwork(
            names: #"[["203.0.113.1"],["203.0.113.2"]]"#, servers: #"{"203.0.113.1":1,"203.0.113.2":null}"#)
        let host = try network.host()
        #expect(try host.call(.get, "warm", within: 20).attempts == 1)
        pause(milliseconds: 100)
        let taken = try seconds {
            let answer = try host.call(sample, "a", within: 20)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        }
        #expect(taken < bound(2), "\(taken)")
        try host.finish()
        #expect(network.lines.count { $0.hasPrefix("request 203.0.113.2") } == 1)
    }

    /// Without any failure too: a name is known for 5 s at the most, where a new connection is made.
    @Test func aNameIsKnownForFiveSeconds() throws {
        let network = try NamedNetwork(
            names: #"[["203.0.113.1"],["203.0.113.2"]]"#, servers: #"{"203.0.113.1":null,"203.0.113.2":null}"#)
        let host = try network.host()
        #expect(try host.call(.get, "warm", within: 20).attempts == 1)
        pause(milliseconds: 6000)
        // What may not be repeated takes no connection that has been idle for so long.
        #expect(try host.call(.patch, "a", within: 20).attempts == 1)
        try host.finish()
        #expect(network.lines.contains { $0.hasPrefix("request 203.0.113.2") }, "\(network.lines)")
    }
}
