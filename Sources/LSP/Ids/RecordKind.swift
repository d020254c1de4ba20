/// The kinds of records that ids in a text may name.
package enum RecordKind: String, CaseIterable, Hashable {
    case engagement = "ngmt_"
    case contact = "cnt_"
    case company = "cmp_"
    case user = "usr_"
    case tag = "tag_"

    /// What begins its ids.
    package var prefix: String { rawValue }

    /// The word for one of them.
    package var word: String {
        switch self {
        case .engagement: "engagement"
        case .contact: "contact"
        case .company: "company"
        case .user: "user"
        case .tag: "tag"
        }
    }

    /// The method that reads one.
    package var getter: String { word + ".get" }
}
