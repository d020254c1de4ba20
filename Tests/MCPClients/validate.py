"""Validates what an MCP server said against the official schema of the revision it said it in.

usage: validate.py SCHEMA_FOLDER RECORDING...

A recording is a file of lines {"dir": "in" or "out", "line": "..."}, in the order in which they went over the pipes: "in"
is what the client wrote, "out" what the server wrote. Prints what is wrong and exits 1, or a count and exits 0.
"""

import json
import re
import sys
from pathlib import Path

import jsonschema

RESULTS = {
    "initialize": "InitializeResult",
    "server/discover": "DiscoverResult",
    "ping": "EmptyResult",
    "logging/setLevel": "EmptyResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}
VERSION = "io.modelcontextprotocol/protocolVersion"
LINE_LIMIT = 10_000_000
RAW = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Schema:
    """One revision's schema: checks an instance against one of its definitions."""

    def __init__(self, path):
        text = json.loads(path.read_text())
        self.place = "$defs" if "$defs" in text else "definitions"
        self.definitions = text[self.place]
        self.kind = jsonschema.Draft202012Validator if self.place == "$defs" else jsonschema.Draft7Validator
        self.validators = {}

    def has(self, name):
        return name in self.definitions

    def first(self, *names):
        return next(name for name in names if self.has(name))

    def errors(self, name, instance):
        if name not in self.validators:
            schema = {"$ref": f"#/{self.place}/{name}", self.place: self.definitions}
            self.validators[name] = self.kind(schema)
        found = jsonschema.exceptions.best_match(self.validators[name].iter_errors(instance))
        return [f"{name}: {found.json_path}: {found.message[:300]}"] if found else []


class Stream:
    """One conversation, followed line by line."""

    def __init__(self, schemas):
        self.schemas = schemas
        self.negotiated = None
        self.last = None
        self.pending = {}
        self.output_schemas = {}

    def client(self, line):
        try:
            message = json.loads(line)
        except ValueError:
            return
        for entry in message if isinstance(message, list) else [message]:
            if not isinstance(entry, dict) or not isinstance(entry.get("method"), str) or "id" not in entry:
                continue
            params = entry.get("params")
            params = params if isinstance(params, dict) else {}
            meta = params.get("_meta") if isinstance(params.get("_meta"), dict) else {}
            revision = meta.get(VERSION) if meta.get(VERSION) in ("2026-07-28",) else self.negotiated
            if entry["method"] == "server/discover":
                revision = "2026-07-28"
            if revision:
                self.last = revision
            self.pending.setdefault(json.dumps(entry["id"]), []).append((entry["method"], params, revision))

    def server(self, line):
        if len(line.encode()) >= LINE_LIMIT:
            yield f"a line of {len(line.encode())} bytes"
        message = json.loads(line)
        if isinstance(message, list):
            schema = self.schemas[self.last]
            yield from schema.errors("JSONRPCBatchResponse", message)
            for entry in message:
                yield from self.answer(entry, line)
        elif "method" in message:
            schema = self.schemas[self.last]
            if "id" in message:
                yield from schema.errors("ServerRequest", message)
                yield from schema.errors("JSONRPCRequest", message)
                return
            yield from schema.errors("ServerNotification", message)
            yield from schema.errors("JSONRPCNotification", message)
        else:
            yield from self.answer(message, line)

    def answer(self, message, line):
        waiting = self.pending.get(json.dumps(message.get("id"))) if "id" in message else None
        method, params, revision = waiting.pop() if waiting else (None, {}, self.last)
        if method == "initialize" and "result" in message:
            revision = self.negotiated = self.last = message["result"]["protocolVersion"]
        if revision is None or (method and method not in RESULTS and "result" in message):
            return
        if RAW.search(line):
            yield "a raw control character or line separator"
        schema = self.schemas[revision]
        if "error" in message:
            name = schema.first("JSONRPCErrorResponse", "JSONRPCError")
            # The three oldest schemas know no error without an id, and none with a null id either.
            whole = message if "id" in message or name == "JSONRPCErrorResponse" else {**message, "id": 0}
            yield from schema.errors(name, whole)
            if message["error"]["code"] == -32022:
                yield from self.schemas["2026-07-28"].errors("UnsupportedProtocolVersionError", message)
            return
        yield from schema.errors(schema.first("JSONRPCResultResponse", "JSONRPCResponse"), message)
        if not method:
            yield "a result that nobody asked for"
            return
        result = message["result"]
        if result.get("resultType") == "input_required":
            yield from schema.errors("InputRequiredResult", result)
            for request in result["inputRequests"].values():
                yield from schema.errors("InputRequest", request)
            return
        yield from schema.errors(RESULTS[method], result)
        if method == "tools/list":
            for tool in result["tools"]:
                yield from self.tool(tool, revision)
        if method == "tools/call":
            yield from self.tool_result(params, result, revision)

    def tool(self, tool, revision):
        name = tool["name"]
        if not re.fullmatch("[a-z][a-z0-9_]{0,39}", name):
            yield f"tool name {name!r}"
        if not tool.get("description"):
            yield f"{name} has no description"
        kinds = [jsonschema.Draft7Validator, jsonschema.Draft202012Validator]
        for key in ("inputSchema", "outputSchema"):
            schema = tool.get(key)
            if schema is None:
                continue
            for kind in kinds:
                kind.check_schema(schema)
            if schema.get("type") != "object" or {"oneOf", "anyOf", "allOf", "$ref"} & set(schema):
                yield f"{name}: {key} is not one plain object"
        if tool["inputSchema"].get("additionalProperties") is not False:
            yield f"{name}: the input schema is open"
        if revision < "2025-06-18" and ("outputSchema" in tool or "title" in tool):
            yield f"{name}: a member that {revision} has not"
        hints = {"title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        if set(tool.get("annotations", {})) != (hints if revision >= "2025-03-26" else set()):
            yield f"{name}: annotations {tool.get('annotations')}"
        self.output_schemas[name] = tool.get("outputSchema")

    def tool_result(self, params, result, revision):
        text = result["content"][0]["text"]
        value = json.loads(text)
        if result.get("isError"):
            if not {"code", "message", "data"} <= set(value):
                yield "an error result whose text is not the error"
            return
        if revision < "2025-06-18":
            if "structuredContent" in result:
                yield "structured content before 2025-06-18"
            return
        if result["structuredContent"] != value:
            yield "text and structured content differ"
        schema = self.output_schemas.get(params.get("name"))
        if schema:
            for error in jsonschema.Draft7Validator(schema).iter_errors(value):
                yield f"output schema: {error.message[:200]}"


def main():
    folder = Path(sys.argv[1])
    schemas = {path.stem: Schema(path) for path in folder.glob("*.json")}
    wrong, count = [], 0
    for name in sys.argv[2:]:
        stream = Stream(schemas)
        for number, entry in enumerate(Path(name).read_text().split("\n"), 1):
            if not entry:
                continue
            entry = json.loads(entry)
            if entry["dir"] == "in":
                stream.client(entry["line"])
            else:
                count += 1
                for problem in stream.server(entry["line"]):
                    wrong.append(f"{name}:{number}: {problem}\n    {entry['line'][:300]}")
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)
    print(f"{count} lines valid")


main()
