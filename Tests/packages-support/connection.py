"""Connects to a Unix socket twice and asks a process on each connection: connection.py SOCKET."""

import json
import socket
import sys
import time

path, end = sys.argv[1], time.monotonic() + 20


def connected():
    while True:
        try:
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(20)
            made.connect(path)
            return made
        except OSError:
            assert time.monotonic() < end, "nobody listens"
            time.sleep(0.05)


connections = [connected() for _ in range(2)]
for number, connection in enumerate(connections):
    request = {"jsonrpc": "2.0", "id": number, "method": "engagement.get", "params": ["ngmt_sandbox01"]}
    connection.sendall(json.dumps(request).encode() + b"\n")
    connection.shutdown(socket.SHUT_WR)
    answer = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
    assert answer["id"] == number and answer["result"]["data"]["id"] == "ngmt_sandbox01", answer
