#!/usr/bin/env python3
"""An API on 127.0.0.1 that knows every engagement and outlives whoever calls it. It says "listening PORT" on stdout.

usage: engagement_server.py LOG [DELAY_MS]
Each replacement that it carries out is a line of LOG: the engagement and its contacts. It ends with its stdin.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK, ENGAGEMENTS = threading.Lock(), {}
LOG = open(sys.argv[1], "a", buffering=1)
DELAY = int(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def engagement(self) -> str:
        return self.path.split("?")[0].split("/")[4]

    def do_GET(self):
        with LOCK:
            ids = ENGAGEMENTS.get(self.engagement(), ["cnt_before"])
        self.answer({"id": self.engagement(), "contacts": [{"id": one} for one in ids]})

    def do_PUT(self):
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["contact_ids"]
        time.sleep(DELAY)
        with LOCK:
            ENGAGEMENTS[self.engagement()] = wanted
            LOG.write(f"{self.engagement()} {' '.join(wanted)}\n")
        self.answer({"id": self.engagement()})


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"listening {server.server_address[1]}", flush=True)
sys.stdin.read()
