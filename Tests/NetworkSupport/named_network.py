#!/usr/bin/env python3
"""A name server and HTTPS servers for a network of a test's own, as one JSON text says. Lives as long as a process.

usage: named_network.py PID LOG CERTIFICATES KEY PLAN
PLAN is {"names": [...], "servers": {...}}. "names" are the answers to questions for an address, one after the other and
the last for ever: a list of addresses, "fails" (SERVFAIL) or "silent". "servers" are addresses where port 8443 is served,
and after how many answers each of them closes and refuses; null for never.
LOG gets a line for each event: "ready", "question", "connection ADDRESS", "request ADDRESS METHOD".
"""

import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

LOCK = threading.Lock()
LOG = open(sys.argv[2], "a", buffering=1)


def say(line: str) -> None:
    with LOCK:
        LOG.write(line + "\n")


def answer(question: bytes, told: "list | str") -> bytes:
    """The answer to one question: addresses for type A, none for others."""
    end = question.index(b"\0", 12) + 5
    asked = struct.unpack(">H", question[end - 4:end - 2])[0]
    addresses = told if isinstance(told, list) and asked == 1 else []
    records = b"".join(struct.pack(">HHHIH", 0xC00C, 1, 1, 1, 4) + socket.inet_aton(one) for one in addresses)
    flags = 0x8182 if told == "fails" else 0x8180
    return question[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0) + question[12:end] + records


def serve_names(names: list) -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("192.0.2.1", 53))
    count = 0
    while True:
        question, peer = listener.recvfrom(512)
        end = question.index(b"\0", 12) + 5
        told = names[min(count, len(names) - 1)]
        if question[end - 4:end - 2] == b"\0\1":
            say("question")
            count += 1
        if told != "silent":
            listener.sendto(answer(question, told), peer)


class Server:
    """HTTPS on one address."""

    def __init__(self, address: str, limit: "int | None", tls: ssl.SSLContext):
        self.address, self.left, self.tls = address, limit, tls
        self.listener = socket.create_server((address, 8443), backlog=64)

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            say("connection " + self.address)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, plain: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(plain, server_side=True) as connection:
                lines = connection.makefile("rb")
                while line := lines.readline(65536):
                    length = 0
                    while (field := lines.readline(65536)).strip():
                        name, _, value = field.partition(b":")
                        length = int(value) if name.lower() == b"content-length" else length
                    lines.read(length)
                    say(f"request {self.address} {line.split()[0].decode()}")
                    if self.left is not None:
                        self.left -= 1
                        if self.left == 0:
                            self.listener.shutdown(socket.SHUT_RDWR)
                            self.listener.close()
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                    if self.left == 0:
                        return
        except OSError:
            pass


def main() -> None:
    plan = json.loads(sys.argv[5])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[3], sys.argv[4])
    for address, limit in plan["servers"].items():
        threading.Thread(target=Server(address, limit, tls).accept, daemon=True).start()
    threading.Thread(target=serve_names, args=(plan["names"],), daemon=True).start()
    time.sleep(0.05)
    say("ready")
    while os.path.exists("/proc/" + sys.argv[1]):
        time.sleep(0.2)


main()
