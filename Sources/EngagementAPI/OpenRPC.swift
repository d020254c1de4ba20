import Bytes
import HTTP
import JSON
import JSONRPC

/// The OpenRPC 1.3 document of a list of methods.
public enum OpenRPC {
    /// Appends the document, compact, to `out`.
    public static func append(_ methods: [Method], version: String, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("openrpc", "1.3.2")
        json.name("info")
        json.beginObject()
        json.member("title", "engagement-rpc")
        json.member(
            "description",
            "The AskElephant Public API v2 as JSON-RPC 2.0 over stdin and stdout, one text per line.")
        json.member("version", version)
        json.endObject()
        json.name("methods")
        json.beginArray()
        for method in methods { write(method, to: &json) }
        json.endArray()
        json.name("components")
        json.beginObject()
        json.name("schemas")
        json.beginObject()
        writeSchemas(to: &json)
        json.endObject()
        json.endObject()
        json.endObject()
    }

    private static func write(_ method: Method, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", method.name)
        json.member("summary", method.summary)
        let scopes = method.scopes.isEmpty ? "" : "Scope: \(method.scopes.joined(separator: ", "))."
        let description = [method.detail, scopes].filter { !$0.isEmpty }.joined(separator: " ")
        if !description.isEmpty { json.member("description", description) }
        json.member("paramStructure", "either")
        json.name("params")
        json.beginArray()
        for parameter in method.parameters { write(parameter, to: &json) }
        json.endArray()
        json.name("result")
        json.beginObject()
        json.member("name", method.result)
        json.name("schema")
        writeResult(method, to: &json)
        json.endObject()
        if method.isRemote {
            json.name("errors")
            json.beginArray()
            for kind in RPCFailure.Kind.allCases {
                guard let code = kind.code, code >= 1000 else { continue }
                json.beginObject()
                json.member("code", code)
                json.member("message", kind.rawValue)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }

    private static func write(_ parameter: Parameter, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", parameter.name)
        json.member("description", parameter.documentation)
        json.member("required", parameter.isRequired)
        json.name("schema")
        parameter.writeSchema(to: &json)
        json.endObject()
    }

    private static func writeResult(_ method: Method, to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "object")
        if method.isRemote {
            json.member("required", ["data", "meta"])
            json.name("properties")
            json.beginObject()
            json.name("data")
            json.beginObject()
            json.member("description", "The API's body, untouched.")
            json.endObject()
            json.name("meta")
            json.beginObject()
            json.member("$ref", "#/components/schemas/meta")
            json.endObject()
            json.endObject()
        }
        json.endObject()
    }

    private static func writeSchemas(to json: inout JSONWriter) {
        json.name("meta")
        json.beginObject()
        json.member("type", "object")
        json.member("description", "How the answer came about. What the API did not send is absent.")
        json.name("properties")
        json.beginObject()
        for (name, type) in [
            ("status", "integer"), ("api_version", "string"), ("etag", "string"), ("attempts", "integer"),
            ("elapsed_ms", "number"),
        ] {
            json.name(name)
            json.beginObject()
            json.member("type", type)
            json.endObject()
        }
        json.endObject()
        json.endObject()
    }
}
