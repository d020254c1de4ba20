import Tables
import Testing

/// The columns of a table, by their heads.
@Suite struct TableHeadTests {
    @Test(arguments: [
        "engagement_id", "Engagement ID", "ENGAGEMENT-ID", "engagementId", "Engagement", "id", "ID", "Meeting ID",
        "meeting_id",
        "Meeting", "Event ID", "Termin", "Besprechung", "Réunion", "ID de la réunion", "Re\u{301}union", "Reunião",
        "Riunione",
        "Vergadering", "会議ID", "\u{FEFF}engagement_id", " Engagement  ID ", "Engagement URL",
    ])
    func engagementHeads(_ head: String) {
        #expect(TableReading("title;\(head);people\nx;ngmt_1;cnt_1\n").rows == ["2 ngmt_1: cnt_1"])
    }

    @Test(arguments: [
        "contact_ids", "Contact IDs", "contact_id_1", "Contacts", "Contact", "Email", "E-Mail", "Emails", "Email 1",
        "Email address", "email_addresses", "Mail", "Attendees", "Attendee", "Attendee emails", "Attendee 3 Email",
        "Required Attendees", "Participants", "Participant IDs", "Invitees", "Guests", "Guest email", "People",
        "Teilnehmer",
        "E-Mail-Adressen", "Kontakte", "Gäste", "Participants (e-mail)", "Courriel", "Invités", "Asistentes",
        "Correo electrónico", "Participantes", "Convidados", "Partecipanti", "Deelnemers", "E-mailadressen",
        "Deltagare",
        "Uczestnicy", "参加者", "メールアドレス", "邮箱",
    ])
    func peopleHeads(_ head: String) {
        #expect(TableReading("title;\(head);engagement_id\nx;cnt_1;ngmt_1\n").rows == ["2 ngmt_1: cnt_1"])
    }

    @Test(arguments: [
        "title", "start", "Notes", "Owner email", "Host", "Company", "Contact name", "Contact owner", "Status",
        "Meeting URL",
        "Organizer", "Notiz", "created_at",
    ])
    func otherHeadsAreLeftAside(_ head: String) {
        let reading = TableReading("engagement_id,\(head),people\nngmt_1,nobody@example.com,cnt_1\n")
        #expect(reading.rows == ["2 ngmt_1: cnt_1"] && reading.table.ignoredHeads == [head])
    }

    private static let unread: [(heads: String, cells: String, unread: [String])] = [
        ("Further guests,Notes", "a@x.io,see a@", ["Further guests"]),
        ("A,B", "cnt_2,Bob <b@x.io>", ["A", "B"]), ("A,B", "12,", []),
    ]

    /// People in a column that is not read would be dropped without a word; a flag chooses the columns.
    @Test(arguments: unread)
    func peopleWhoAreNotReadAreTold(heads: String, cells: String, unread: [String]) {
        let table = "engagement_id,people,\(heads)\nngmt_1,cnt_1,\(cells)\n"
        #expect(TableReading(table).table.unreadPeople == unread)
        var options = TableOptions()
        let isTaken = options.addColumn("people=people")
        #expect(isTaken && TableReading(table, options).table.unreadPeople.isEmpty)
    }

    @Test func theRowsDecideWhereSeveralHeadsMayMeanTheEngagement() {
        #expect(TableReading("id,meeting,engagement,people\n7,ngmt_1,Review,cnt_1\n").rows == ["2 ngmt_1: cnt_1"])
        #expect(TableReading("id,meeting,people\nngmt_1,Review,cnt_1\n").rows == ["2 ngmt_1: cnt_1"])
        let none = TableReading("id,engagement_id,people\n7,x,cnt_1\n")
        #expect(none.places == ["2 \"x\""])
    }

    private static let named: [(columns: [String], text: String, rows: [String])] = [
        (["engagement=Foo", "people=Bar"], "Foo,Bar\nngmt_1,cnt_1\n", ["2 ngmt_1: cnt_1"]),
        (["engagement=foo", "people=BAR"], "Foo,Bar\nngmt_1,cnt_1\n", ["2 ngmt_1: cnt_1"]),
        (["engagement=Foo"], "Foo;Emails\nngmt_1;a@x.io,b@x.io\n", ["2 ngmt_1: a@x.io b@x.io"]),
        (["people=Bar"], "id,Emails,Bar\nngmt_1,a@x.io,cnt_1\n", ["2 ngmt_1: cnt_1"]),
        (["people=Bar", "people=Emails"], "id,Emails,Bar\nngmt_1,a@x.io,cnt_1\n", ["2 ngmt_1: a@x.io cnt_1"]),
        (["people=Email"], "id,Email,EMAIL,Email\nngmt_1,cnt_1,cnt_2,cnt_3\n", ["2 ngmt_1: cnt_1 cnt_3"]),
        (["engagement=A=B", "people=#"], "A=B,#\nngmt_1,cnt_1\n", ["2 ngmt_1: cnt_1"]),
        (["people=id"], "engagement_id,id\nngmt_1,cnt_1\n", ["2 ngmt_1: cnt_1"]),
    ]

    @Test(arguments: named)
    func columnsThatFlagsName(columns: [String], text: String, rows: [String]) {
        var options = TableOptions()
        for column in columns {
            let isTaken = options.addColumn(column)
            #expect(isTaken)
        }
        let reading = TableReading(text, options)
        #expect(reading.rows == rows && reading.places == [])
    }

    private static let unclear: [(columns: [String], text: String, says: [String])] = [
        ([], "Foo,Bar\nngmt_1,cnt_1\n", ["\"Foo\", \"Bar\"", "--column engagement=HEAD", "--column people=HEAD"]),
        ([], "Foo,Emails\nngmt_1,cnt_1\n", ["\"Foo\", \"Emails\"", "--column engagement=HEAD"]),
        ([], "id,Bar\nngmt_1,cnt_1\n", ["\"id\", \"Bar\"", "--column people=HEAD"]),
        (["engagement=Baz"], "Foo,Emails\nngmt_1,cnt_1\n", ["\"Baz\"", "\"Foo\", \"Emails\""]),
        (["people=Baz"], "id,Emails\nngmt_1,cnt_1\n", ["\"Baz\"", "\"id\", \"Emails\""]),
        (["engagement=Emails", "people=Emails"], "id,Emails\nngmt_1,cnt_1\n", ["both"]),
        (["engagement=id"], "id,Emails,id\nngmt_1,cnt_1,\n", ["2 columns"]),
        ([], "Foo\u{1B}[31m,Bar\nngmt_1,cnt_1\n", ["\"Foo\\u{1b}[31m\""]),
    ]

    @Test(arguments: unclear)
    func unclearHeadsAreOneFault(columns: [String], text: String, says: [String]) {
        var options = TableOptions()
        for column in columns {
            let isTaken = options.addColumn(column)
            #expect(isTaken)
        }
        let reading = TableReading(text, options)
        #expect(reading.rows == [] && reading.places == ["1 -"])
        for word in says { #expect(reading.sentences[0].contains(word), "\(reading.sentences)") }
    }

    @Test func otherColumnFlagsAreRefused() {
        var options = TableOptions()
        for value in ["", "engagement", "engagement=", "people= ", "title=Foo", "=Foo"] {
            let isTaken = options.addColumn(value)
            #expect(!isTaken)
        }
        let taken = [options.addColumn("engagement=Foo"), options.addColumn("engagement=Bar")]
        #expect(taken == [true, false])
        #expect(options.engagementHead == "Foo" && options.peopleHeads == [])
    }

    @Test func withoutHeadsTheFirstRowIsData() {
        #expect(TableReading("ngmt_1,cnt_1\nngmt_2,cnt_2\n").rows == ["1 ngmt_1: cnt_1", "2 ngmt_2: cnt_2"])
        #expect(TableReading("\n\nngmt_1;a@x.io, b@x.io;cnt_1\n").rows == ["3 ngmt_1: a@x.io b@x.io cnt_1"])
        #expect(TableReading("https://app.askelephant.ai/ngmt_1;a@x.io,b@x.io\n").rows == ["1 ngmt_1: a@x.io b@x.io"])
        #expect(TableReading("ngmt_1,Review,cnt_1\n").places == ["1 \"Review\""])
    }
}
