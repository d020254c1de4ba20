/// The heads by which the two columns of a table of merges are known, in the spellings that people and programs use.
enum MergeHeads {
    /// What a column holds.
    enum Role { case duplicate, into }

    /// What the heads say, column by column; nil for those of other columns.
    static func roles(_ heads: [String]) -> [Role?] {
        let keys = heads.map { key($0) }
        let found = keys.map(role)
        // Beside `into`, a bare "contact" or "id" is who goes.
        guard !found.contains(.duplicate), found.contains(.into) else { return found }
        return zip(keys, found).map { key, role in role ?? (bare.contains(key) ? .duplicate : nil) }
    }

    private static func role(_ key: String) -> Role? {
        if into.contains(key) { return .into }
        if duplicate.contains(key) { return .duplicate }
        let stem = stem(of: key)
        if into.contains(stem) { return .into }
        return duplicate.contains(stem) ? .duplicate : nil
    }

    /// A head in lower-case letters and nothing else.
    private static func key(_ head: String) -> String {
        String(head.unicodeScalars.filter(\.properties.isAlphabetic).map { $0.properties.lowercaseMapping }.joined())
    }

    /// The key without the words that any column of contacts may have: `Merge into (contact ID)` is `into`.
    private static func stem(of key: String) -> String {
        var stem = Substring(key)
        var isShorter = true
        while isShorter {
            isShorter = false
            for word in noise where stem.count > word.count {
                if stem.hasSuffix(word) {
                    stem = stem.dropLast(word.count)
                    isShorter = true
                } else if stem.hasPrefix(word) {
                    stem = stem.dropFirst(word.count)
                    isShorter = true
                }
            }
        }
        return String(stem)
    }

    private static let noise = [
        "emailaddress", "emailadresse", "email", "mailaddress", "mail", "address", "contacts", "contact", "kontakt",
        "contacto", "person", "people", "record", "merge", "merged", "the", "ids", "id", "cnt",
    ]

    private static let bare: Set<String> = [
        "contact", "contactid", "contacts", "id", "cnt", "cntid", "email", "emailaddress", "contactemail", "person",
        "merge", "mergecontact", "mergecontactid", "mergeid", "mergeemail", "address", "kontakt", "contacto",
    ]

    private static let duplicate: Set<String> = [
        "duplicate", "duplicates", "duplicated", "dup", "dups", "dupe", "dupes", "dublette", "dubletten", "duplikat",
        "duplikate", "doppelt", "doublon", "doublons", "duplicado", "duplicada", "duplicados", "duplicato", "duplicati",
        "dubbel", "dubbele", "from", "source", "old", "loser", "losing", "secondary", "remove", "removed", "delete",
        "deleted", "drop", "gone", "goes", "mergefrom", "mergedfrom", "victim", "obsolete", "alt", "von", "aus",
        "ancien",
        "antiguo", "vecchio", "oud",
    ]

    private static let into: Set<String> = [
        "into", "to", "target", "keep", "keeper", "kept", "stays", "stay", "survivor", "surviving", "winner", "winning",
        "master", "primary", "original", "canonical", "main", "new", "destination", "mergeinto", "mergedinto",
        "mergeto",
        "mergewith", "with", "duplicateof", "dupof", "dupeof", "isduplicateof", "goldenrecord", "golden", "correct",
        "ziel", "behalten", "nach", "neu", "cible", "garder", "destino", "conservar", "destinazione", "behouden",
    ]
}
