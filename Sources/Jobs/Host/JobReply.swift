import JSON

/// The reply to a job's call.
package enum JobReply {
    /// The call's result, open (`JSONSlice.openMember`). It is valid while the reply is handed over.
    case result(JSONSlice)
    /// Why there is none.
    case failure(JobFailure)
}
