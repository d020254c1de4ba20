import Bytes
import Foundation
import JSON

/// The end of a page. Base64 of JSON, so that a client must encode its `=` and must not look inside.
enum Cursor {
    static func encode(_ time: Timestamp, _ id: String, of list: String) -> String {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("updated_at", time.milliseconds)
        json.member("id", id)
        json.member("list", list)
        json.endObject()
        return withExtendedLifetime(out) { Data(out.bytes).base64EncodedString() }
    }

    static func decode(_ text: String, of list: String) -> (time: Timestamp, id: String)? {
        guard text.utf8.count <= 1024, let data = Data(base64Encoded: text) else { return nil }
        let bytes = ByteBuffer(data)
        defer { withExtendedLifetime(bytes) {} }
        guard let value = JSONInput(bytes.bytes), let time = value["updated_at"]?.integer, let id = value["id"]?.string,
            value["list"]?.string == list
        else { return nil }
        return (Timestamp(milliseconds: time), id)
    }
}
