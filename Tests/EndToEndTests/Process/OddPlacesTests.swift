import Foundation
import TestSupport
import Testing

/// One session, with the line ends of Windows, wherever a host may start the process: everywhere the same answers.
@Suite(.ownThread, .tags(.endings))
struct OddPlacesTests {
    static let places: [Named<String>] = [
        Named("a deleted working directory", #"d=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$0" --sandbox"#),
        Named("a umask that forbids everything", #"cd /; umask 777; exec "$0" --sandbox"#),
        Named("nothing but PATH", #"exec env -i PATH=/usr/bin:/bin "$0" --sandbox"#),
        Named("no environment", #"exec env -i "$0" --sandbox"#),
        Named("no name", #"exec -a "" "$0" --sandbox"#),
        Named("HOME that is a file", #"HOME=/dev/null TMPDIR=/nowhere exec "$0" --sandbox"#),
        Named("the C locale", #"LC_ALL=C exec "$0" --sandbox"#),
        Named("a locale that is not there", #"LC_ALL=xx_YY.ISO-8859-1 LANGUAGE=xx exec "$0" --sandbox"#),
        Named("a decimal comma, and i with two dots", turkish),
        Named("a time zone that is none", #"TZ=Nowhere/Nothing exec "$0" --sandbox"#),
        Named("a hundred descriptors", #"ulimit -n 100; exec "$0" --sandbox"#),
        Named("no core, little stack", #"ulimit -c 0; ulimit -s 1024; exec "$0" --sandbox"#),
        Named("the lowest priority", #"exec nice -n 19 "$0" --sandbox --timeout-ms 150000"#),
    ]

    /// Makes the locale where its sources are here, and leaves nothing behind.
    private static let turkish = """
        d=$(mktemp -d); localedef -i tr_TR -f UTF-8 "$d/tr_TR.UTF-8" 2>/dev/null
        LOCPATH=$d LC_ALL=tr_TR.UTF-8 "$0" --sandbox; s=$?; rm -r "$d"; exit $s
        """

    private static let session = [
        request("1", "engagement.get", #"{"engagement_id":"ngmt_sandbox01","expand":["contacts"]}"#),
        request("2", "engagement.replaceContacts", #"["ngmt_sandbox05",["cnt_sandbox05"]]"#),
        request("3", "engagement.findContacts", #"{"emails":["CONTACT5@mail.example"]}"#),
        request("4", "engagement.get", #"["ngmt_sandbox04",["transcript"]]"#),
        request("5", "contact.list", #"{"limit":3}"#), request("6", "engagement.get", #"["nothing"]"#),
    ]

    /// The answers by id, without what differs from run to run.
    private static func answers(of output: String) -> [String: String] {
        var answers: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let id = String(line.dropFirst(#"{"jsonrpc":"2.0","id":"#.count).prefix(1))
            answers[id] = String(line.replacing(#/"elapsed_ms":[0-9.]+/#, with: ""))
        }
        return answers
    }

    private static func run(_ script: String, program: [String] = []) throws -> Command {
        let words = program + ["/bin/bash", "-c", script, Setup.binary]
        var setup = Setup(Array(words.dropFirst()))
        setup.program = words[0]
        // At the lowest priority it gets a hundredth of a busy processor.
        return try Command(setup, input: session.map { $0 + "\r\n" }.joined(), within: 60)
    }

    private static let home = Result { answers(of: try run(#"exec "$0" --sandbox"#).output) }

    @Test(arguments: places)
    func theAnswersAreTheSame(place: Named<String>) throws {
        let command = try Self.run(place.value)
        #expect(command.ending == .exited(0), "\(command.errors)")
        let answers = Self.answers(of: command.output)
        #expect(answers.count == 6)
        for (id, answer) in try Self.home.get() {
            #expect(answers[id] == answer, "\(answers[id]?.prefix(300) ?? "none") is not \(answer.prefix(300))")
        }
    }

    /// Nothing is written to the disk, so nothing needs one; a journal does, and says so before anything is sent.
    @Test func aDiskThatIsReadOnlyHoldsUpAJournalOnly() throws {
        let unshare = ["/usr/bin/unshare", "-m"]
        let readOnly = "mount -o remount,bind,ro / && ! touch /a-file 2>/dev/null && "
        guard getuid() == 0, (try? Self.run(readOnly + "true", program: unshare).ending) == .exited(0) else {
            return print("skipped: mounts are not allowed here")
        }
        let command = try Self.run(readOnly + #"exec "$0" --sandbox"#, program: unshare)
        #expect(command.ending == .exited(0))
        #expect(try Self.answers(of: command.output) == Self.home.get())

        let journal = try Self.run(readOnly + #"exec "$0" --sandbox --journal /journal.jsonl"#, program: unshare)
        #expect(journal.ending == .exited(64) && journal.output.isEmpty)
        #expect(journal.errors.contains("/journal.jsonl") && journal.errors.contains("Read-only file system"))
    }
}
