#!/usr/bin/env python3
"""A server for TLS tests on 127.0.0.1. It says on stdout, a line each: "listening PORT", "connection", "request LINE".

usage: tls_server.py MODE [CERTIFICATES KEY]
MODE is tls, tls1.1 (nothing newer is spoken), plain (HTTP without TLS), cut (closes inside the handshake), silent
(accepts and says nothing), tunnel (a proxy and the server behind it in one) or tunnel-cut (the same, but each request
is read and the connection closed). The server ends with its stdin.
"""

import socket
import ssl
import sys
import threading

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def context(mode: str, certificates: str, key: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificates, key)
    if mode == "tls1.1":
        # OpenSSL 3 speaks it at this level only.
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    return made


def serve(connection: socket.socket, mode: str, tls: ssl.SSLContext | None) -> None:
    try:
        if mode == "cut":
            connection.recv(1)
            return
        if mode == "silent":
            while connection.recv(65536):
                pass
            return
        if mode.startswith("tunnel"):
            open_tunnel(connection)
        if tls:
            connection = tls.wrap_socket(connection, server_side=True)
        answer(connection, closes=mode == "tunnel-cut")
    except OSError:
        pass
    finally:
        connection.close()


def open_tunnel(connection: socket.socket) -> None:
    """Takes a CONNECT, a byte at a time so that nothing behind it is lost."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if not (byte := connection.recv(1)):
            raise OSError("no CONNECT")
        head += byte
    for line in head.decode("latin-1").splitlines()[:-1]:
        say("proxy " + line)
    connection.sendall(b'HTTP/1.1 200 Connection established\r\nETag: "of the proxy"\r\n\r\n')


def answer(connection: socket.socket, closes: bool) -> None:
    """Answers every request with an empty object; what is no HTTP at all with 400, as servers do."""
    lines = connection.makefile("rb")
    while line := lines.readline(65536):
        if not line.endswith(b" HTTP/1.1\r\n"):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        say("request " + line.decode("latin-1").strip())
        length = 0
        while (field := lines.readline(65536)).strip():
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        lines.read(length)
        if closes:
            return
        connection.sendall(ANSWER)


def main() -> None:
    mode = sys.argv[1]
    tls = context(mode, *sys.argv[2:4]) if mode.startswith(("tls", "tunnel")) else None
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            say("connection")
            threading.Thread(target=serve, args=(connection, mode, tls), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    say(f"listening {listener.getsockname()[1]}")
    sys.stdin.read()


main()
