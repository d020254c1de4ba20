import Bytes
import Platform

/// Where jobs keep their journal.
enum JournalPlace {
    /// The journal of these options, or else the usual one, `engagement-rpc/journal` in the folder of the user's state.
    static func path(_ options: Options) throws(Failure) -> FilePath {
        if let path = options.journal { return path }
        return FilePath(try folder() + "/journal")
    }

    /// Makes the folders of the usual place, for their owner alone, where `options` name no journal. Throws if the
    /// journal can't be written, before anything is sent.
    static func ready(_ options: Options) throws(Failure) -> FilePath {
        let path = try path(options)
        if options.journal == nil {
            let folder = try folder()
            do throws(SystemError) {
                try Folder.make(FilePath(folder))
            } catch {
                throw cantBeMade("The folder \(folder.printable)", error)
            }
        }
        if let status = try? FileStatus(at: path) {
            // Whose it is and what it is, the journal itself says.
            guard status.kind == .file, status.isOurs else { return path }
        }
        do throws(SystemError) {
            let file = try FileDescriptor.open(path, [.both, .appending, .unlinked, .nonBlocking])
            file.close()
        } catch {
            throw cantBeMade("The journal \(path.text.printable)", error)
        }
        return path
    }

    /// Returns whether a journal is still the file that it is now. One that was moved away or removed meanwhile has
    /// taken the first writes of a run with it.
    static func watch(_ path: FilePath) -> () -> Bool {
        // It stays open, so that no other file gets its number.
        let file = try? FileDescriptor.open(path, [.unlinked, .nonBlocking])
        return {
            guard let file, let before = try? FileStatus(file) else { return false }
            return (try? FileStatus(at: path))?.isSame(as: before) == true
        }
    }

    private static func cantBeMade(_ what: String, _ error: SystemError) -> Failure {
        let text = "\(what) can't be written, so nothing was sent: \(error.text). --journal names another place."
        return Failure(sentence: text, code: Failure.cantCreate)
    }

    private static func folder() throws(Failure) -> String {
        // The rule of the XDG base directories: a path that is not absolute does not count.
        if let state = Environment.text(of: "XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/engagement-rpc" }
        guard let home = Environment.text(of: "HOME"), !home.isEmpty else {
            let text = "Without HOME and XDG_STATE_HOME there is no place for the journal; --journal names one."
            throw Failure(sentence: text, code: Failure.cantCreate)
        }
        return home + "/.local/state/engagement-rpc"
    }
}
