import Bytes
import JSON
import Jobs
import Platform
import Runtime
import Service

/// A job at a shell: finds the table, the journal and the person, runs the job, and leaves with its status.
struct JobCommand {
    private let command: CommandWord
    private var options: Options
    private let token: String?
    private let hasOutput: Bool

    init(_ command: CommandWord, _ options: Options, token: String?, hasOutput: Bool) {
        self.command = command
        self.options = options
        self.token = token
        self.hasOutput = hasOutput
        self.options.service.framing = .lines
    }

    /// Runs it, and leaves.
    mutating func run(_ words: [String]) throws(Failure) {
        switch command {
        case .plan, .apply: try change(words)
        default: break
        }
    }

    // MARK: Plan and apply

    private mutating func change(_ words: [String]) throws(Failure) {
        guard words.count == 1 else {
            throw Failure(
                sentence: "\(command.rawValue) takes one FILE, or - for stdin; help \(command.rawValue) has more.")
        }
        let file = try TableFile(words[0])
        let table = AttendeeTable.read(file.content.bytes, options: options.job.table)
        var terms = JobTerms(aim, limits: limits)
        terms.style = style
        terms.file = file.name
        terms.skipsUnfound = options.job.skipsUnfound
        var person: FileDescriptor?
        var report: ReportFile?
        if command == .apply {
            report = try options.job.report.map { path throws(Failure) in try ReportFile(path, table: file) }
            // Where the table has faults, nothing will be written.
            options.journal = table.faults.isEmpty ? try JournalPlace.ready(options) : nil
            terms.run = RunName.make(about: file.name)
            terms.undoCommand = UndoCommand.line(terms.run, options)
            person = options.job.isAgreed ? nil : Self.person(tableIsInput: file.isInput)
        } else {
            // It never writes, so it needs no journal and is read-only by itself.
            options.journal = nil
            options.service.filter.isReadOnly = false
        }
        if table.isWindows1252 {
            say("engagement-rpc: \(file.name.printable) is not UTF-8 and was read as Windows-1252.\n")
        }
        try finish(ChangeJob(table.rows, faults: table.faults, terms), person, report)
    }

    private var aim: JobTerms.Aim {
        switch command {
        case .plan: options.job.format == .json ? .print : .show
        default: .carryOut(isAgreed: options.job.isAgreed)
        }
    }

    private var limits: CallLimits {
        let service = options.service
        return CallLimits(
            calls: service.maxInFlight, connections: service.maxConnections, rate: service.maxCallsPerSecond,
            callSeconds: Double(service.timeoutMs) / 1000)
    }

    private var style: TextStyle {
        let isColoured =
            FileDescriptor.standardOutput.isTerminal && (Environment.bytes(of: "NO_COLOR") ?? []).isEmpty
            && Word.variable("TERM")?.text != "dumb"
        return isColoured ? .coloured : .plain
    }

    /// The terminal on which somebody may answer; nil if there is none. Afterwards it is what stdin reads from.
    private static func person(tableIsInput: Bool) -> FileDescriptor? {
        if tableIsInput {
            guard let terminal = try? FileDescriptor.open(FilePath("/dev/tty"), .both) else { return nil }
            FileDescriptor.standardInput.become(terminal)
            return terminal
        }
        guard FileDescriptor.standardInput.isTerminal else { return nil }
        return OwnDescription.open(.standardInput, .writing) ?? FileDescriptor.standardInput.duplicate()
    }

    // MARK: Running

    private func finish(_ job: ChangeJob, _ person: FileDescriptor?, _ report: ReportFile?) throws(Failure) {
        let (end, isHeard) = try loop(job, person)
        if !isHeard { say(job.lastLines) }
        say(job.complaint)
        var code = job.exitCode
        if let problem = report?.write(job.report) {
            say("engagement-rpc: \(problem.printable)\n")
            if code == 0 { code = Failure.ioError }
        }
        leave(end, code)
    }

    /// Runs the loop for `job`. Returns how that ended, and whether the text reached stdout.
    private func loop(_ job: any Job, _ person: FileDescriptor?) throws(Failure) -> (end: Loop.End, isHeard: Bool) {
        let isWatched = FileDescriptor.standardError.isTerminal && options.progress != .never
        let process = try Process(options, token: token)
        let line = process.standardError
        let terminal = JobTerminal(
            ask: person.map { terminal in { try? terminal.writeAll(text: $0) } },
            showProgress: isWatched || options.progress == .always
                ? { text in
                    line.isInLine = false
                    let buffer = ByteBuffer(text: "\r\(text ?? "")\u{1B}[K")
                    line.write(buffer.bytes)
                    line.isInLine = text != nil
                } : nil)
        let host = JobHost(job, service: process.service, terminal: terminal)
        let end = process.loop(host)
        return (end, hasOutput && !host.outputIsGone)
    }

    private func leave(_ end: Loop.End, _ code: Int32) {
        if let problem = end.problem { say("engagement-rpc: \(problem.printable)\n") }
        if let signal = end.signal { Signals.die(of: signal) }
        let isLost = end.problem != nil || !hasOutput
        ThisProcess.leave(isLost && (code == 0 || command == .plan) ? Failure.ioError : code)
    }

    /// Writes `text` to stderr, if anyone reads it.
    private func say(_ text: String) {
        if !text.isEmpty { try? FileDescriptor.standardError.writeAll(text: text) }
    }
}
