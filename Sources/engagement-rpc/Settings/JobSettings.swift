import Bytes
import Jobs
import Tables

/// The settings of jobs.
extension Setting {
    static let ofJobs: [Setting] = [
        Setting(
            "--column", hasVariable: false, placeholder: "NAME=HEAD",
            summary: "the head of the column with engagements' ids, or of one with people",
            rule: "engagement=HEAD, once, or people=HEAD", set: { $0.job.table.addColumn($1.text ?? "") },
            show: { _ in "none" }
        ).of(.plan, .apply, repeatedly: true),
        toggle("--merge", hasVariable: false, \.job.table.merge, "join the rows of one engagement").of(.plan, .apply),
        toggle("--allow-empty", hasVariable: false, \.job.table.allowEmpty, "a row without people takes everybody off")
            .of(.plan, .apply),
        toggle("--skip", hasVariable: false, \.job.skipsUnfound, "leave rows alone whose people are not found")
            .of(.plan, .apply, .merge),
        toggle("--delete", hasVariable: false, \.job.isDeletion, "delete duplicates that are on no engagement any more")
            .of(.merge),
        toggle("--dry-run", hasVariable: false, \.job.isDryRun, "only show it: exit 0 for no change, 2 for some")
            .of(.merge),
        choice(
            "--format", hasVariable: false, \.job.format, named: { $0.rawValue },
            "text for people, or a line of JSON for each engagement"
        ).of(.plan),
        toggle("--yes", hasVariable: false, \.job.isAgreed, "do it without asking").of(.apply, .undo, .merge),
        toggle(
            "--force", hasVariable: false, \.job.isForced, "put people back over what others have changed since"
        ).of(.undo),
        path(
            "--report", hasVariable: false, \.job.report, "file for a table of what became of each row"
        ).of(.apply, .merge),
        text(
            "--filter", hasVariable: false, placeholder: "JSON", rule: "a filter as engagement.list takes it",
            "which engagements, such as '{\"start_at\":{\"gte\":\"2026-01-01T00:00:00Z\"}}'",
            set: { $0.job.filter = $1 }, show: { $0.job.filter ?? "none" }
        ).of(.export),
        list(
            "--fields", hasVariable: false, "the columns between, in place of title,start_at: owner.id, for example",
            rule: "names of fields other than id and contacts", completions: .nothing,
            set: { options, names in
                options.job.fields = names
                return names.allSatisfy(ExportTable.isField)
            }, show: { $0.job.fields.isEmpty ? ["none"] : $0.job.fields }
        ).of(.export),
    ]
}
