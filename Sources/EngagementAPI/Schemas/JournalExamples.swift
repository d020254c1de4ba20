/// Examples of the methods that need a journal, as a sandbox answers after one replacement in the run `monday`. A test
/// compares them, but for numbers and times.
enum JournalExamples {
    /// Params and result, as JSON, by the method's name.
    static let all: [String: (params: String, result: String)] = [
        "journal.list": (#"{"engagement_id":"ngmt_sandbox02"}"#, list),
        "journal.runs": (#"{"limit":10}"#, runs),
        "engagement.undo": (#"{"engagement_id":"ngmt_sandbox01","run":"monday"}"#, undone),
    ]

    /// No entry: with `--read-only` the document names no method that writes.
    private static let list = #"{"data":{"entries":[]},"meta":{"attempts":0,"elapsed_ms":2.8}}"#

    private static let runs =
        #"{"data":{"runs":[{"run":"monday","started_at":"2026-07-01T09:15:38.053Z","ended_at":"2026-07-01T09:15:38.054Z","writes":1,"yes":1,"no":0,"unknown":0}]},"meta":{"attempts":0,"elapsed_ms":2.8}}"#

    private static let undone =
        #"{"data":{"object":"engagement","id":"ngmt_sandbox01","title":"Quarterly review with Acme","engagement_type":"MEETING","processing_status":"COMPLETED","is_private":false,"created_at":"2026-01-07T09:15:00.000Z","updated_at":"2026-07-01T00:00:02.000Z","description":"Numbers of the last quarter, open tickets, and what comes next.","data_source":"google_calendar","is_internal":false,"engagement_at":"2026-01-10T09:15:00.000Z","start_at":"2026-01-10T09:15:00.000Z","end_at":"2026-01-10T10:00:00.000Z","duration_seconds":2700,"meeting_url":"https://meet.example/abc-defg-hij","crm_association":{"object_type":"deal","crm_object_id":"hs-deal-3001","source":"hubspot"},"owner_user_id":"usr_sandbox01","host_user_id":"usr_sandbox02"},"changes":{"before":["cnt_sandbox05"],"after":["cnt_sandbox01","cnt_sandbox02"],"added":["cnt_sandbox01","cnt_sandbox02"],"removed":["cnt_sandbox05"],"kept":[],"preserved":["cnt_sandboxroom1"],"verified":true},"meta":{"status":200,"api_version":"2026-06-01","attempts":3,"elapsed_ms":12.4}}"#
}
