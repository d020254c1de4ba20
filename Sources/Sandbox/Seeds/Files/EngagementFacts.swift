/// What a seed says of an engagement.
struct EngagementFacts: Sendable {
    var title: String?
    var type = "MEETING"
    var status = "COMPLETED"
    var (isPrivate, isInternal) = (false, false)
    var (startAt, engagementAt): (Timestamp?, Timestamp?)
    var crm: CRMLink?
    var (ownerID, hostID): (String?, String?)
    var (contactIDs, companyIDs, tagIDs): ([String], [String], [String]) = ([], [], [])
    var (actionItems, signals): ([RawJSON], [RawJSON]) = ([], [])
    var transcript: RawJSON?
    var mediaURL: String?
}
