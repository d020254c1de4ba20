import Bytes
import JSON

/// The documents that the client has open.
package final class Documents {
    /// By the bytes of their addresses: `String`s would equate different spellings of an accented letter.
    private var open: [[UInt8]: TextDocument] = [:]
    /// Bytes of all texts together, beyond which further documents are left alone.
    private static let sizeLimit = 256 * 1024 * 1024

    /// The open document with this address; nil for none, and for one that is left alone.
    package subscript(uri: String) -> TextDocument? {
        open[Array(uri.utf8)].flatMap { $0.isLeftAlone ? nil : $0 }
    }

    /// All documents that are served.
    package var all: [TextDocument] { open.values.filter { !$0.isLeftAlone } }

    /// A document is open now. One that was open already is replaced, as the client has it.
    func open(_ item: JSONSlice) -> TextDocument? {
        guard let uri = item.member("uri")?.string, DocumentURI.isServed(uri), let text = item.member("text") else {
            return nil
        }
        open[Array(uri.utf8)] = nil
        let document = TextDocument(
            uri: uri, version: item.member("version")?.integer, text: Self.text(text, room: sizeLeft))
        open[Array(uri.utf8)] = document
        return document
    }

    /// Applies the changes of a client to an open document; nil where none is open.
    func change(
        _ uri: String, to version: Int?, _ changes: JSONSlice, _ encoding: PositionEncoding
    ) -> TextDocument? {
        guard let document = open[Array(uri.utf8)] else { return nil }
        document.beginChanges(version)
        for change in changes.elements {
            guard let text = change.member("text"), text.kind == .string else { continue }
            if let range = change.member("range"), range.kind != .null {
                guard let range = range.range else { continue }
                if let plain = text.plainString {
                    document.replace(range, with: plain, encoding)
                } else {
                    let new = Self.text(text, room: sizeLeft)
                    withExtendedLifetime(new) { document.replace(range, with: new.bytes, encoding) }
                }
            } else {
                document.replaceAll { text.appendText(to: $0) }
            }
        }
        return document
    }

    /// A document is closed.
    func close(_ uri: String) -> TextDocument? { open.removeValue(forKey: Array(uri.utf8)) }

    private var sizeLeft: Int { Self.sizeLimit - open.values.reduce(0) { $0 + $1.text.count } }

    /// The text of a string. Incomplete, so that it is left alone, where there is no room for it.
    private static func text(_ string: JSONSlice, room: Int) -> ByteBuffer {
        let text = ByteBuffer()
        guard string.kind == .string, string.bytes.count <= room else {
            text.markIncomplete()
            return text
        }
        string.appendText(to: text)
        return text
    }
}
