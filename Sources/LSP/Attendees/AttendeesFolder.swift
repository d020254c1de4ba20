import Bytes

/// A folder of the user's own in which attendees documents are kept. Files are named by their names in it.
package protocol AttendeesFolder: AnyObject {
    /// Seconds since 1970.
    var wallSeconds: Int { get }
    /// The address of a file; nil where there is no such folder.
    func uri(of name: String) -> String?
    /// The name of the file with this address, if it is in the folder.
    func name(of uri: String) -> String?
    /// What is in a file; nil if it is not there, or is not this user's own.
    func read(_ name: String) -> ByteBuffer?
    /// Writes a file as a whole; false if that fails.
    func write(_ name: String, _ content: ByteBuffer) -> Bool
    /// Notes, for other processes too, that an editor has a file open.
    func hold(_ name: String)
    /// The editor has closed it.
    func release(_ name: String)
    /// Whether an editor of another process has it open.
    func isOpenElsewhere(_ name: String) -> Bool
}
