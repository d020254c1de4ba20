"""A model that plays a script, behind an HTTP server on loopback: OpenAI's Responses API and Anthropic's Messages API.

A script is a list of (tool, arguments); the tool is named as the server names it, and called by whatever name the host
offers it under. One that is not offered is not called, and stands in `missing`. Which step is next follows from how
many results the conversation holds, so that a request that a host sends twice does no harm.
"""

import http.server
import json
import threading


class ScriptedModel:
    def __init__(self, script):
        self.script = script
        self.offered = {}  # the tool's name at the server → what the host told the model of it
        self.results = []  # the text of each result, as the model gets it
        self.missing = []
        self.requests = []
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.answer(200, "application/json", b'{"data":[],"models":[]}')

            do_HEAD = do_GET

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.split("?")[0]
                try:
                    request = json.loads(body or b"{}")
                except ValueError:
                    return self.answer(400, "application/json", b"{}")
                if path.endswith("/responses"):
                    self.answer(200, "text/event-stream", events(model.responses(request)))
                elif path.endswith("/messages"):
                    message = model.messages(request)
                    if request.get("stream"):
                        self.answer(200, "text/event-stream", events(message_events(message)))
                    else:
                        self.answer(200, "application/json", json.dumps(message).encode())
                elif path.endswith("/count_tokens"):
                    self.answer(200, "application/json", b'{"input_tokens":100}')
                else:
                    self.answer(404, "application/json", b'{"error":{"type":"not_found_error","message":"none"}}')

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def step(self, tools, results):
        """The call that comes next, as (name at the host, arguments), or None at the end."""
        self.offered.update(tools)
        self.results = results
        remaining = self.script[len(results) + len(self.missing):]
        for tool, arguments in remaining:
            if tool in tools:
                return tools[tool], arguments
            self.missing.append(tool)
        return None

    def responses(self, request):
        self.requests.append(request)
        tools = {}
        for tool in request.get("tools", []):
            inner = tool.get("tools", [tool])
            space = tool["name"] if "tools" in tool else None
            for one in inner:
                if "name" in one:
                    tools[bare(one["name"])] = {**one, "namespace": space}
        results = [plain(item.get("output")) for item in request.get("input", [])
                   if item.get("type") in ("function_call_output", "mcp_tool_call_output")]
        step = self.step(tools, results)
        number = len(self.requests)
        if step:
            item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}",
                    "name": step[0]["name"], "arguments": json.dumps(step[1])}
            if step[0]["namespace"]:
                item["namespace"] = step[0]["namespace"]
        else:
            item = {"type": "message", "id": f"msg_{number}", "role": "assistant",
                    "content": [{"type": "output_text", "text": "done"}]}
        identity = {"id": f"resp_{number}", "object": "response", "model": "scripted"}
        usage = {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
                 "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2}
        return [
            {"type": "response.created", "response": {**identity, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed",
             "response": {**identity, "status": "completed", "output": [item], "usage": usage}},
        ]

    def messages(self, request):
        self.requests.append(request)
        tools = {bare(tool["name"]): tool for tool in request.get("tools", []) if tool["name"].startswith("mcp__")}
        results = [plain(block.get("content"))
                   for message in request.get("messages", []) if isinstance(message["content"], list)
                   for block in message["content"] if block.get("type") == "tool_result"]
        # A request without our tools is the host's own, such as one for the conversation's title.
        step = self.step(tools, results) if tools else None
        number = len(self.requests)
        block = {"type": "text", "text": "done"}
        if step:
            block = {"type": "tool_use", "id": f"toolu_{number}", "name": step[0]["name"], "input": step[1]}
        return {"id": f"msg_{number}", "type": "message", "role": "assistant",
                "model": request.get("model", "scripted"), "content": [block],
                "stop_reason": "tool_use" if step else "end_turn", "stop_sequence": None,
                "usage": {"input_tokens": 1, "output_tokens": 1}}


def bare(name):
    """mcp__engagement-rpc__engagement_get → engagement_get"""
    return name.rsplit("__", 1)[-1]


def plain(content):
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content)
    return content if isinstance(content, str) else json.dumps(content)


def message_events(message):
    block = message["content"][0]
    yield {"type": "message_start",
           "message": {**message, "content": [], "stop_reason": None, "usage": {"input_tokens": 1, "output_tokens": 0}}}
    if block["type"] == "tool_use":
        start = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        start = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    yield {"type": "content_block_start", "index": 0, "content_block": start}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
           "usage": {"output_tokens": 1}}
    yield {"type": "message_stop"}


def events(items):
    return b"".join(f"event: {item['type']}\ndata: {json.dumps(item)}\n\n".encode() for item in items)
