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
        for method in methods { writeMethod(method, to: &json) }
        json.endArray()
        json.name("components")
        json.beginObject()
        json.name("schemas")
        json.beginObject()
        for type in ResultType.all {
            json.name(type.name)
            type.writeSchema(to: &json)
        }
        json.endObject()
        json.endObject()
        json.endObject()
    }

    private static func writeMethod(_ method: Method, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", method.name)
        json.member("summary", method.summary)
        if !method.detail.isEmpty { json.member("description", method.detail) }
        json.member("paramStructure", "either")
        json.name("params")
        json.beginArray()
        for parameter in method.parameters { writeParameter(parameter, to: &json) }
        json.endArray()
        json.name("result")
        json.beginObject()
        json.member("name", method.result)
        json.name("schema")
        writeResult(method, to: &json)
        json.endObject()
        writeErrors(of: method, to: &json)
        if let example = example(of: method) { writeExample(example, of: method, to: &json) }
        writeExtensions(of: method, to: &json)
        json.endObject()
    }

    private static func writeParameter(_ parameter: Parameter, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", parameter.name)
        json.member("description", parameter.documentation)
        json.member("required", parameter.isRequired)
        json.name("schema")
        parameter.writeSchema(to: &json)
        json.endObject()
    }

    private static func writeResult(_ method: Method, to json: inout JSONWriter) {
        if let type = ResultType.ofProcess(method) { return type.writeSchema(to: &json) }
        json.beginObject()
        json.member("type", "object")
        if method.isRemote {
            json.name("properties")
            json.beginObject()
            json.name("data")
            let own = ResultType.named(method.result).flatMap { $0.isOwn ? $0.summary : nil }
            method.dataKind.writeSchema(to: &json, summary: own ?? "The API's body, untouched.")
            if method.tellsChanges {
                json.name("changes")
                ResultType.Kind.named("Changes").writeSchema(to: &json)
            }
            json.name("meta")
            ResultType.Kind.named("Meta").writeSchema(to: &json)
            json.endObject()
            json.member("required", method.requiredMembers)
        }
        json.endObject()
    }

    /// Writes `code` and `message`, as OpenRPC requires; `data` has the kind and its occasion.
    private static func writeErrors(of method: Method, to json: inout JSONWriter) {
        json.name("errors")
        json.beginArray()
        let errors = method.isRemote ? MethodError.ofEveryCall : MethodError.ofProcess
        for error in errors + MethodError.refusals(of: method) {
            json.beginObject()
            json.member("code", error.code)
            json.member("message", error.kind.rawValue)
            json.name("data")
            json.beginObject()
            json.member("kind", error.kind.rawValue)
            json.member("when", error.when)
            json.endObject()
            json.endObject()
        }
        json.endArray()
    }

    /// Params and result of an example, as JSON; nil for none.
    private static func example(of method: Method) -> (params: String, result: String)? {
        guard let params = method.example, let result = ExampleAnswers.all[method.name] else {
            return JournalExamples.all[method.name]
        }
        return (params, result)
    }

    private static func writeExample(
        _ example: (params: String, result: String), of method: Method, to json: inout JSONWriter
    ) {
        let (asked, answered) = (ByteBuffer(text: example.params), ByteBuffer(text: example.result))
        var scanner = JSONScanner(asked.bytes)
        guard let members = (try? scanner.text())?.members else { return }
        json.name("examples")
        json.beginArray()
        json.beginObject()
        json.member("name", "in the sandbox")
        json.name("params")
        json.beginArray()
        for member in members {
            json.beginObject()
            json.member("name", member.name.string ?? "")
            json.name("value")
            json.raw(member.value.bytes)
            json.endObject()
        }
        json.endArray()
        json.name("result")
        json.beginObject()
        json.member("name", method.result)
        json.name("value")
        json.raw(answered)
        json.endObject()
        json.endObject()
        json.endArray()
    }

    private static func writeExtensions(of method: Method, to json: inout JSONWriter) {
        guard method.availability == .listed, let (verb, path) = method.address else { return }
        json.name("x-http")
        json.beginObject()
        json.member("method", verb)
        json.member("path", path)
        json.member("source", method.source.rawValue)
        json.endObject()
        json.member("x-scopes", method.scopes)
        if !method.alternatives.isEmpty { json.member("x-exactly-one-of", method.alternatives) }
        let conditional = method.conditionalScopes
        guard !conditional.isEmpty else { return }
        json.name("x-conditional-scopes")
        json.beginObject()
        for (condition, scopes) in conditional { json.member(condition, scopes) }
        json.endObject()
    }
}
