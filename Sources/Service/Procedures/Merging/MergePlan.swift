import Bytes
import JSONRPC

/// What a merge does to each engagement of the contact that goes.
struct MergePlan {
    /// An engagement that lists the contact that goes.
    struct Place {
        let id: String
        let title: String?
        /// Who is there, as read.
        let contacts: ContactSet
        /// Who is to be there; nil where the contact is a calendar resource, which nothing takes off.
        let wanted: [String]?
    }

    let places: [Place]

    /// The engagements that are to be changed.
    var changing: [Place] { places.filter { $0.wanted != nil } }

    /// A plan for the engagements of `listing`, in its order.
    init(of contactID: String, into otherID: String, _ listing: EngagementListing) {
        let gone = IDSet([contactID])
        places = listing.items.compactMap { item in
            guard let set = item.contacts else { return nil }
            if set.preserved.contains(where: gone.contains) {
                return Place(id: item.id, title: item.title, contacts: set, wanted: nil)
            }
            guard set.contacts.contains(where: gone.contains) else { return nil }
            let others = set.contacts.map { gone.contains($0) ? otherID : $0 }
            return Place(
                id: item.id, title: item.title, contacts: set, wanted: [].adding(others.without(set.preserved)))
        }
    }

    /// Each engagement with who is there and who is to be there, whatever the API's order.
    var subject: [UInt8] {
        let lines = changing.map { place in
            let sets = [place.contacts.contacts, place.wanted ?? []].map { $0.sorted().joined(separator: ",") }
            return place.id + " " + sets.joined(separator: ">")
        }
        return Array(lines.sorted().joined(separator: "\n").utf8)
    }

    /// Engagements that a question names, at most.
    private static let titles = 10

    /// The lines of a question about them.
    var questionLines: [String] {
        let changing = changing
        guard !changing.isEmpty else { return ["No engagement lists the first one."] }
        var lines = ["Engagements on which the second takes the place of the first (\(changing.count)):"]
        lines += changing.prefix(Self.titles).map { "  " + QuestionText.named($0.title, $0.id) }
        if changing.count > Self.titles { lines.append("  and \(changing.count - Self.titles) more") }
        return lines + ["Everybody else on them stays, and so do calendar resources."]
    }
}
