/// The CRM object that an object of the workspace is linked to.
struct CRMLink: Sendable {
    let type: String
    let id: String
    var source = "hubspot"
    var extra = ExtraMembers.none

    /// The word that filters compare. It never equals an id of the workspace.
    var word: String { CRMFilter.word(id) }
}
