import Bytes
import EngagementAPI
import JSON
import JSONRPC
import Jobs
import Platform
import Runtime
import Service
import Tables

/// A job at a shell: finds the table, the journal and the person, runs the job, and leaves with its status.
struct JobCommand {
    private let command: CommandWord
    private var options: Options
    private let token: String?
    private let hasOutput: Bool
    /// The addresses that the journal notes with deletions.
    private let addressed = AddressedContacts()

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
        case .merge: try merge(words)
        case .undo: try undo(words)
        case .runs: try listRuns(words)
        case .export: try export(words)
        default: break
        }
    }

    // MARK: Undo and runs

    private mutating func undo(_ words: [String]) throws(Failure) {
        let runs = JournaledRuns(try JournalPlace.path(options), workspace: try Process.workspace(options))
        guard words.count <= 1 else { throw Failure(sentence: "undo takes one RUN; runs lists them.") }
        let named: String?
        if let word = words.first {
            named = try runs.undoable(word, isForced: options.job.isForced)
        } else {
            let last = try runs.lastThatReplaced()
            for passed in last?.passed ?? [] {
                let text = "The run \(passed.printable) is newer, but replaced no contacts, so it can't be undone."
                StandardText.say("engagement-rpc: \(text)\n")
            }
            named = last?.run
        }
        guard let name = named else {
            return try StandardText.show("Nothing to undo: \(runs.nothing().printable).\n")
        }
        let ids = try runs.engagements(of: name)
        guard !ids.isEmpty else {
            return try StandardText.show("Nothing to undo: the run \(name.printable) replaced none.\n")
        }
        options.journal = try JournalPlace.ready(options)
        options.service.filter.hasJournal = true
        var terms = JobTerms(.carryOut(isAgreed: options.job.isAgreed), limits: limits)
        terms.style = style
        terms.run = RunName.make(about: "undo")
        terms.isForced = options.job.isForced
        let given = options
        terms.advice = { UndoAdvice(name, runs.sequels(of: name, on: $0)).lines(given) }
        let person = options.job.isAgreed ? nil : Self.person(tableIsInput: false)
        try finish(ChangeJob(undoing: name, engagementIDs: ids, terms), person, nil)
    }

    private func listRuns(_ words: [String]) throws(Failure) {
        let runs = JournaledRuns(try JournalPlace.path(options), workspace: try Process.workspace(options))
        guard words.count <= 1 else { throw Failure(sentence: "runs takes one RUN; without it, it lists them.") }
        guard let name = words.first else { return try StandardText.show(runs.list()) }
        try StandardText.show(runs.text(of: runs.named(name)))
    }

    // MARK: Export

    private mutating func export(_ words: [String]) throws(Failure) {
        guard words.isEmpty else { throw Failure(sentence: "export takes flags only.") }
        let filter = options.job.filter.map { Array($0.utf8) }
        if let filter { try check(filter) }
        options.journal = nil
        let isFile = (try? FileStatus(.standardOutput))?.kind == .file
        let reader: TableWriter.Reader =
            isFile ? .spreadsheet : FileDescriptor.standardOutput.isTerminal ? .person : .program
        let job = ExportJob(ExportJob.Terms(filter: filter, fields: options.job.fields, for: reader))
        let (end, _) = try loop(job, nil)
        StandardText.say(job.complaint)
        leave(end, job.exitCode)
    }

    /// Throws if `engagement.list` does not take the filter.
    private func check(_ filter: [UInt8]) throws(Failure) {
        let params = ByteBuffer(text: #"{"filter":"#)
        filter.withUnsafeBytes { params.append($0) }
        params.append("}")
        var scanner = JSONScanner(params.bytes)
        guard let text = try? scanner.text(), text.member("filter")?.kind == .object else {
            throw Failure(sentence: "--filter must be an object as JSON.")
        }
        guard let entry = MethodTable().entry(of: "engagement.list") else { return }
        do throws(RPCFailure) {
            _ = try entry.bind(text, target: ByteBuffer(capacity: 256), body: ByteBuffer(capacity: 16))
        } catch {
            throw Failure(sentence: "--filter can't be used: \(error.message)")
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
        let (terms, report) = try prepare(file, isGood: table.faults.isEmpty)
        if table.isWindows1252 { sayWindows1252(file) }
        if !table.unreadPeople.isEmpty {
            let heads = table.unreadPeople.map(\.quoted).joined(separator: ", ")
            StandardText.say(
                "engagement-rpc: \(file.name.printable): nobody is read from \(heads), where people stand; --column "
                    + "people=HEAD names each column that is read.\n")
        }
        let job = ChangeJob(table.rows + table.faultyRows, faults: table.faults, terms)
        try finish(job, person(terms.aim, file), report)
    }

    private mutating func merge(_ words: [String]) throws(Failure) {
        guard words.count == 1 else {
            throw Failure(sentence: "merge takes one FILE, or - for stdin; help merge has more.")
        }
        let file = try TableFile(words[0])
        let table = MergeTable.read(file.content.bytes)
        let journal = try? JournaledRuns(JournalPlace.path(options), workspace: Process.workspace(options))
        var (terms, report) = try prepare(file, isGood: table.faults.isEmpty)
        terms.isDeletion = options.job.isDeletion
        let addressed = addressed
        terms.earlierDeletions = {
            journal?.deletions(noting: addressed) ?? EarlierDeletions(names: addressed)
        }
        if table.isWindows1252 { sayWindows1252(file) }
        let job = ChangeJob(merging: table.rows + table.faultyRows, faults: table.faults, terms)
        try finish(job, person(terms.aim, file), report)
    }

    /// The terms for a table, and the report if one is wanted. Where the job may write, finds the journal. A table that
    /// is not good has faults, so that nothing will be written.
    private mutating func prepare(
        _ file: TableFile, isGood: Bool
    ) throws(Failure) -> (terms: JobTerms, report: ReportFile?) {
        var terms = JobTerms(aim, limits: limits)
        terms.style = style
        terms.file = file.name
        terms.skipsUnfound = options.job.skipsUnfound
        terms.run = RunName.make(about: file.name)
        guard case .carryOut = terms.aim else {
            // It never writes, so it needs no journal.
            options.journal = nil
            return (terms, nil)
        }
        var report: ReportFile?
        if isGood, let path = options.job.report {
            report = try ReportFile(path, table: file, journal: try JournalPlace.path(options))
        }
        options.journal = isGood ? try JournalPlace.ready(options) : nil
        if let journal = options.journal { terms.hasWholeJournal = JournalPlace.watch(journal) }
        // The workspace of --sandbox is this process's own.
        terms.isPassing = options.isSandbox
        terms.undoCommand = options.isSandbox ? nil : UndoCommand.line(terms.run, options)
        return (terms, report)
    }

    private func person(_ aim: JobTerms.Aim, _ file: TableFile) -> FileDescriptor? {
        guard case .carryOut(isAgreed: false) = aim else { return nil }
        return Self.person(tableIsInput: file.isInput)
    }

    private func sayWindows1252(_ file: TableFile) {
        StandardText.say("engagement-rpc: \(file.name.printable) is not UTF-8 and was read as Windows-1252.\n")
    }

    private var aim: JobTerms.Aim {
        switch command {
        case .merge where options.job.isDryRun: .show
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

    private var style: TextStyle { StandardText.isColoured ? .coloured : .plain }

    /// The terminal on which somebody may answer; nil if there is none. Afterwards it is what stdin reads from.
    private static func person(tableIsInput: Bool) -> FileDescriptor? {
        if tableIsInput, let terminal = try? FileDescriptor.open(FilePath("/dev/tty"), .both) {
            FileDescriptor.standardInput.become(terminal)
            return terminal
        }
        guard FileDescriptor.standardInput.isTerminal else { return nil }
        return OwnDescription.open(.standardInput, .writing) ?? FileDescriptor.standardInput.duplicate()
    }

    // MARK: Running

    private func finish(_ job: ChangeJob, _ person: FileDescriptor?, _ report: ReportFile?) throws(Failure) {
        let (end, isHeard) = try loop(job, person)
        if !isHeard { StandardText.say(job.lastLines) }
        StandardText.say(job.complaint)
        var code = job.exitCode
        var problem: String?
        if let rows = job.report {
            problem = report?.write(rows)
        } else {
            report?.withdraw()
        }
        if let problem {
            StandardText.say("engagement-rpc: \(problem.printable)\n")
            if code == 0 { code = Failure.ioError }
        }
        leave(end, code)
    }

    /// Runs the loop for `job`. Returns how that ended, and whether the text reached stdout.
    private func loop(_ job: any Job, _ person: FileDescriptor?) throws(Failure) -> (end: Loop.End, isHeard: Bool) {
        let isWatched = FileDescriptor.standardError.isTerminal && options.progress != .never
        let process = try Process(options, token: token, digest: addressed.digest(for:))
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
        if let problem = end.problem { StandardText.say("engagement-rpc: \(problem.printable)\n") }
        if let signal = end.signal { Signals.die(of: signal) }
        let isLost = end.problem != nil || !hasOutput
        ThisProcess.leave(isLost && code == 0 ? Failure.ioError : code)
    }
}
