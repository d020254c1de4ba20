import JSON
import JSONRPC

/// The attendees documents: files in which an engagement's attendees are edited.
package protocol AttendeesFiles: DocumentExpert {
    /// Gives the address of the file of an engagement, at once or later. The file exists then, with the attendees as
    /// they are, unless it is open or holds changes that were not sent.
    func file(of id: ResourceID, then: @escaping (Result<String, RPCFailure>) -> Void)
    /// The same for an engagement that was read with its contacts; nil if no file can be made of it.
    func file(of record: JSONSlice, _ id: ResourceID) -> String?
    /// Asks whether to replace an engagement's attendees by those of an open document. With the `token` of a code
    /// action, the person was asked by its title.
    func replace(_ document: TextDocument, token: String?)
    /// Asks whether to put back who was on an engagement before the last replacement. With the `token` of a code
    /// action, the person was asked by its title.
    func undo(_ id: ResourceID, token: String?)
}
