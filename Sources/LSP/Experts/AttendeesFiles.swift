/// The attendees documents: files in which an engagement's attendees are edited.
package protocol AttendeesFiles: DocumentExpert {
    /// Gives the address of the file of an engagement, at once or later. The file exists then, with the attendees as
    /// they are, unless it is open. Nil where none could be made.
    func file(of id: ResourceID, then: @escaping (String?) -> Void)
    /// The address of the file of an engagement, which exists then; it is filled when it is opened.
    func stub(of engagement: RecordFacts) -> String?
}
