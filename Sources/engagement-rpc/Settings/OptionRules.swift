/// Which settings go together, and with which commands.
extension Options {
    /// Throws for settings that `command` can't follow.
    func check(for command: CommandWord) throws(Failure) {
        for setting in Setting.all where !setting.commands.isEmpty && !setting.commands.contains(command) {
            guard origins[setting.flag] == nil else {
                let owners = setting.commands.map(\.rawValue).joined(separator: " and ")
                throw Failure(sentence: "\(setting.flag) belongs to \(owners).")
            }
        }
        guard !isRaw || !isCompact else {
            throw Failure(sentence: "--raw and --compact are two ways to print an answer; choose one.")
        }
        try checkSandbox(command)
    }

    private func checkSandbox(_ command: CommandWord) throws(Failure) {
        let begins = ["--seed", "--clock"].first { origins[$0] != nil }
        guard command != .sandbox else {
            guard origins["--sandbox-at"] != "flag" else {
                throw Failure(sentence: "--sandbox-at uses a sandbox that runs, and sandbox runs another one.")
            }
            for setting in Setting.all where origins[setting.flag] == "flag" && !setting.isOfSandbox {
                throw Failure(
                    sentence: "\(setting.flag) means nothing to sandbox, which runs a workspace and calls nobody.")
            }
            return
        }
        if let begins, !isSandbox {
            let isElsewhere = sandboxAt != nil
            throw Failure(
                sentence: isElsewhere
                    ? "\(begins) belongs to the process that runs the sandbox, not to --sandbox-at."
                    : "\(begins) belongs to --sandbox and to sandbox.")
        }
        // Who names an API on the command line must not get a success from a workspace that is thrown away.
        if isSandbox, origins["--base-url"] == "flag" { throw twoPlaces("--sandbox", "--base-url") }
        guard sandboxAt != nil else { return }
        // Whichever won, somebody would write where they did not mean to.
        let others = [("--sandbox", isSandbox), ("--base-url", origins["--base-url"] != nil)]
        if let (other, _) = others.first(where: \.1) { throw twoPlaces("--sandbox-at", other) }
    }

    private func twoPlaces(_ one: String, _ other: String) -> Failure {
        Failure(sentence: "\(givenName(of: one)) and \(givenName(of: other)) say where to call; give one of them.")
    }

    /// The flag, or the variable that stood in for it.
    func givenName(of flag: String) -> String {
        origins[flag].flatMap { $0 == "flag" ? nil : $0 } ?? flag
    }
}
