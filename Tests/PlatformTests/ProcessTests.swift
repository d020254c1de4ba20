import Bytes
import Platform
import Testing

@Suite struct ProcessTests {
    private func run(_ text: String) throws -> (printed: String, ending: ShellCommand.Ending) {
        let pipe = try OwnPipe(nonBlocking: false)
        defer { pipe.reading.close() }
        let running = try ShellCommand(text).start(output: pipe.writing)
        pipe.writing.close()
        let printed = ByteBuffer()
        while try pipe.reading.read(onto: printed, atLeast: 4096) > 0 {}
        while true {
            if let ending = running.collect() { return (printed.bytes.text, ending) }
            FileDescriptor.none.wait(for: .readable, milliseconds: 1)
        }
    }

    @Test func commandsEnd() throws {
        let ended = try run("read x; echo \"[$x]\"; exit 3")
        #expect(ended.printed == "[]\n" && ended.ending == .status(3))
        #expect(try run("kill -9 $$").ending == .signal(9))
    }

    @Test func whatACommandHasStartedEndsWithIt() throws {
        let pipe = try OwnPipe(nonBlocking: false)
        defer { pipe.reading.close() }
        let running = try ShellCommand("sleep 1000 & sleep 1000").start(output: pipe.writing)
        pipe.writing.close()
        running.kill()
        let room = ByteBuffer()
        #expect(try pipe.reading.read(onto: room, atLeast: 1) == 0, "nobody holds the other end any more")
        while running.collect() == nil { FileDescriptor.none.wait(for: .readable, milliseconds: 1) }
    }

    @Test func variables() {
        Environment.set("PLATFORM_TEST", "a=ü")
        #expect(Environment.text(of: "PLATFORM_TEST") == "a=ü")
        #expect(Environment.all.contains(Array("PLATFORM_TEST=a=ü".utf8)))
        #expect(Environment.take("PLATFORM_TEST") == "a=ü" && Environment.take("PLATFORM_TEST") == nil)
        #expect(Environment.bytes(of: "PLATFORM_TEST") == nil)
        #expect(Environment.arguments != nil)
    }

    @Test func thisProcess() throws {
        #expect(!ParentProcess().isGone && ThisProcess.id > 0)
        #expect(ThisProcess.freeDescriptors(upTo: 5) == 5 && ThisProcess.descriptorLimit ?? 0 > 20)
        let start = SystemClock.monotonicNanoseconds
        #expect(SystemClock.monotonicNanoseconds >= start)
        #expect(abs(SystemClock.wallMilliseconds / 1000 - SystemClock.wallSeconds) <= 1)
    }

    @Test func aThreadHasWhatItIsGiven() throws {
        let pipe = try OwnPipe(nonBlocking: false)
        defer { pipe.close() }
        let writing = pipe.writing
        try DetachedThread.start { writing.wake() }
        #expect(pipe.reading.wait(for: .readable, milliseconds: 10_000))
    }
}
