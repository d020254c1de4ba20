import Bytes
import Platform
import Sandbox

extension SandboxServer {
    /// A token for a server that accepts any.
    static let anyToken = "the-sandbox-takes-any-token"

    /// The beginning of its URLs.
    var url: String { "http://127.0.0.1:\(port)/api" }

    /// Starts a server as the settings want it.
    static func start(_ options: Options, isShared: Bool) throws(Failure) -> SandboxServer {
        var settings = options.sandbox
        if let path = options.seed { settings.seed = try seed(path) }
        do throws(SandboxError) {
            return try start(settings, isShared: isShared)
        } catch {
            guard isShared, settings.port != 0 else {
                throw Failure(
                    sentence: "The sandbox can't open a port on 127.0.0.1; is the loopback interface up?",
                    code: Failure.systemError)
            }
            throw Failure(
                sentence: "Port \(settings.port) of 127.0.0.1 can't be had: \(error.reason.text); give another --port, "
                    + "or none.")
        }
    }

    /// Bytes of a seed, at most.
    private static let seedLimit = 64 << 20

    private static func seed(_ path: FilePath) throws(Failure) -> SeedFile {
        let text: ByteBuffer
        do throws(SystemError) {
            // A pipe is waited for: what a shell's <(…) gives.
            let file = try FileDescriptor.open(path, .reading)
            defer { file.close() }
            text = try file.readAll(upTo: seedLimit + 1)
        } catch {
            throw Failure(
                sentence: "The seed \(path.text.quoted) can't be read: \(error.text).", code: Failure.noInput)
        }
        guard text.count <= seedLimit else {
            throw Failure(
                sentence: "The seed \(path.text.quoted) is longer than \(seedLimit >> 20) MiB.", code: Failure.badData)
        }
        do throws(SeedFaults) {
            return try withExtendedLifetime(text) { () throws(SeedFaults) in try SeedFile(text.bytes) }
        } catch {
            var sentences = error.sentences.map { "\(path.text): \($0)" }
            if error.further > 0 { sentences.append("\(path.text): and \(error.further) faults more.") }
            throw Failure(sentences: sentences, code: Failure.badData)
        }
    }
}
