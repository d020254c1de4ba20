"""An API that knows every thing: GET /counts says how often each was asked for. Runs under uvicorn (`app`), or by itself.

usage: api.py PORT
"""

import asyncio
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK, COUNTS = threading.Lock(), {}
# Requests that come at once are to take a connection each.
DELAY = 0.4


def answer(method: str, path: str, body: bytes) -> "tuple[bytes, bool]":
    """The answer, and whether it is to be given slowly."""
    if path == "/counts":
        with LOCK:
            return json.dumps(COUNTS).encode(), False
    thing = path.rsplit("/", 1)[-1]
    name = json.loads(body)["external_id"] if method == "POST" else thing
    with LOCK:
        COUNTS[f"{method} {name}"] = COUNTS.get(f"{method} {name}", 0) + 1
    return json.dumps({"id": "ngmt_new" if method == "POST" else thing}).encode(), method == "GET"


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        event = await receive()
        body, more = body + event.get("body", b""), event.get("more_body", False)
    text, is_slow = answer(scope["method"], scope["path"], body)
    if is_slow:
        await asyncio.sleep(DELAY)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text, is_slow = answer(self.command, self.path, body)
        if is_slow:
            time.sleep(DELAY)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_PATCH = do_POST = do_GET


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
