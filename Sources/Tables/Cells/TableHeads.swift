import JSON

/// The heads by which columns are known, in the spellings that people and programs use.
enum TableHeads {
    /// `head` without what nobody sees at its ends.
    static func trimmed(_ head: String) -> String {
        var scalars = head.unicodeScalars[...]
        while let first = scalars.first, first.isCellEdge { scalars.removeFirst() }
        while let last = scalars.last, last.isCellEdge { scalars.removeLast() }
        return String(scalars)
    }

    /// How well a head names the engagements' column: the lower, the better; nil if it does not.
    static func engagementRank(_ head: String) -> Int? {
        let key = key(head, digits: true)
        return engagements.firstIndex { $0.contains(key) }
    }

    /// Whether a head names a column of people. Numbers are left aside: `Email 1`, `contact_id_2`, `Attendee 3 Email`.
    static func namesPeople(_ head: String) -> Bool {
        var key = Substring(key(head, digits: false))
        for prefix in ["required", "optional", "primary", "secondary", "new", "all"] where key.hasPrefix(prefix) {
            key = key.dropFirst(prefix.count)
            break
        }
        if wholes.contains(String(key)) { return true }
        for suffix in suffixes where key.hasSuffix(suffix) {
            let stem = String(key.dropLast(suffix.count))
            if stems.contains(stem) || stem.hasSuffix("s") && stems.contains(String(stem.dropLast())) { return true }
        }
        return false
    }

    /// Whether two heads are one for a reader: case, accents, blanks and marks do not count.
    static func areSame(_ left: String, _ right: String) -> Bool {
        let key = key(left, digits: true)
        return key.isEmpty ? trimmed(left) == trimmed(right) : key == self.key(right, digits: true)
    }

    private static func key(_ head: String, digits: Bool) -> String {
        var key = ""
        for scalar in head.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39: if digits { key.unicodeScalars.append(scalar) }
            case 0x61...0x7A: key.unicodeScalars.append(scalar)
            case 0x41...0x5A: key.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
            case 0..<0x80: break
            default: if scalar.properties.isAlphabetic { key += plain(scalar) }
            }
        }
        return key
    }

    /// A letter without its accent.
    private static func plain(_ scalar: Unicode.Scalar) -> String {
        let lower = scalar.properties.lowercaseMapping
        return accents.first { $0.letters.contains(lower) }?.plain ?? lower
    }

    private static let accents: [(letters: Set<String>, plain: String)] = [
        (["à", "á", "â", "ã", "ä", "å", "ą"], "a"), (["ç", "ć", "č"], "c"), (["è", "é", "ê", "ë", "ę", "ě"], "e"),
        (["ì", "í", "î", "ï"], "i"), (["ñ", "ń"], "n"), (["ò", "ó", "ô", "õ", "ö", "ø"], "o"),
        (["ù", "ú", "û", "ü"], "u"), (["ß"], "ss"), (["ł"], "l"), (["š", "ś"], "s"), (["ý"], "y"),
        (["ž", "ź", "ż"], "z"),
    ]

    /// What engagements are called, the surest first.
    private static let engagements: [Set<String>] = [
        [
            "engagementid", "engagementids", "engagementidentifier", "engagementurl", "engagementlink", "ngmt",
            "ngmtid",
            "idengagement", "iddelengagement", "engagementsid",
        ],
        ["engagement", "engagements"],
        [
            "meetingid", "meetingsid", "eventid", "callid", "appointmentid", "conversationid",
            // German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages, Polish.
            "besprechungsid", "besprechungid", "terminid", "gesprachsid", "idreunion", "iddereunion", "iddelareunion",
            "identifiantdelareunion", "idreuniao", "iddareuniao", "idriunione", "iddellariunione", "idincontro",
            "vergaderingid", "vergaderingsid", "idvergadering", "afspraakid", "motesid", "moteid", "mødeid",
            "idspotkania",
            "会議id", "ミーティングid", "会议id", "會議id",
        ],
        ["id", "ids", "identifier", "identifiant", "identificador", "identificatore", "kennung"],
        [
            "meeting", "event", "call", "appointment", "besprechung", "termin", "reunion", "reuniao", "riunione",
            "incontro", "vergadering", "afspraak", "mote", "spotkanie", "会議", "ミーティング", "会议", "會議",
        ],
    ]

    /// What people are called, one of them, before a suffix.
    private static let stems: Set<String> = [
        "contact", "attendee", "participant", "invitee", "guest", "person", "people", "member", "recipient",
        "attendant",
        "teilnehmer", "kontakt", "gast", "invite", "participante", "asistente", "contacto", "invitado", "contato",
        "convidado", "partecipante", "contatto", "invitato", "deelnemer", "contactpersoon", "deltagare", "deltager",
        "deltaker", "uczestnik",
    ]

    /// What follows them.
    private static let suffixes = [
        "", "s", "id", "ids", "email", "emails", "mail", "mails", "emailaddress", "emailaddresses", "mailaddress",
        "mailaddresses", "address", "addresses", "emailadresse", "emailadressen", "adresse", "adressen", "mailadresse",
        "mailadressen", "identifier", "identifiers",
    ]

    /// Other words for people and for their addresses.
    private static let wholes: Set<String> = [
        "email", "emails", "mail", "mails", "emailaddress", "emailaddresses", "mailaddress", "mailaddresses", "emailid",
        "emailids", "cnt", "cntid", "cntids", "persons",
        "emailadresse", "emailadressen", "mailadresse", "mailadressen", "kontakte", "gaste", "teilnehmende",
        "teilnehmerinnen", "teilnehmerin", "eingeladene", "adressemail", "adressesmail", "adresseemail",
        "adressesemail", "adresseelectronique", "adresseselectroniques", "courriel", "courriels", "mel",
        "participantes",
        "asistentes", "correo", "correos", "correoelectronico", "correoselectronicos", "direcciondecorreo",
        "direccionesdecorreo", "enderecodeemail", "enderecosdeemail", "correioeletronico", "partecipanti", "invitati",
        "contatti", "indirizzoemail", "indirizziemail", "postaelettronica", "deelnemers", "genodigden", "contacten",
        "contactpersonen", "emailadres", "emailadressen", "mailadres", "epost", "epostadress", "epostadresse", "gaster",
        "kontakter", "deltagere", "deltakere", "uczestnicy", "kontakty", "adresemail", "adresyemail",
        "参加者", "出席者", "連絡先", "メール", "メールアドレス", "参与者", "参会者", "与会者", "與會者", "联系人", "聯絡人", "邮箱", "邮件",
        "电子邮件", "電子郵件", "電子メール",
    ]
}
