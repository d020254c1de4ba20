"""nginx on loopback, in clear text and over TLS, answering from memory: one engagement of a given size, engagements
whose contacts can be read and replaced, and a list of many pages."""

import json
import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

SMALL = 1_500  # bytes
BIG = 1_100_000
STRING = 1_100_001  # a transcript in one string
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
PAGES, PAGE_ITEMS = 100, 100

CONFIGURATION = """
daemon off; master_process off; pid {work}/pid; error_log {work}/error.log;
events {{ worker_connections 4096; }}
http {{
    log_format reuse '$connection $ssl_session_reused $server_protocol';
    access_log off; default_type application/json; types {{ }}
    open_file_cache max=1000; open_file_cache_valid 1h; output_buffers 2 128k;
    keepalive_requests 1000000000; keepalive_timeout 600s;
    client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
    uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
    ssl_certificate {work}/server.pem; ssl_certificate_key {work}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:sessions:8m;
    root {bodies}; add_header X-Api-Version 2026-03-01;
    # One variant of the server per line: which port, and what is different there.
    {servers}
}}
"""
SERVER = """
    server {{ listen 127.0.0.1:{port} {tls} backlog=1024; {extra}
        client_max_body_size 16m; client_body_buffer_size 1m;
        location ~ "^/api/v2/engagements/ngmt_01HQY3JMS2QAX0*([1-9][0-9]*)$" {{ try_files /$1.json =404; }}
        # Files can't be put: what is written is thrown away, and a file is the answer.
        location ~ "^/api/v2/engagements/(?<written>ngmt_write[0-9]+)/contacts$" {{ error_page 405 =200 /$written.json; }}
        location ~ "^/api/v2/engagements/(?<read>ngmt_write[0-9]+)$" {{ try_files /$read.json =404; }}
        location = /api/v2/engagements {{ try_files /page-$arg_cursor.json =404; }} }}"""


def engagement_id(size: int) -> str:
    """The id of the engagement whose body has `size` bytes."""
    return f"ngmt_01HQY3JMS2QAX{size:09d}"


WORDS = """the a of to and in we she they said agreed budget security review roll-out pricing customer integration
Tuesday next steps café naïve José O’Brien — “quoted” \\"ship it\\" maybe \\u00e9lan line\\nbreak""".split()


def said(random_source: random.Random) -> str:
    """What somebody says, as JSON between quotes: of no fixed length, with escapes and accents where they happen."""
    return " ".join(random_source.choices(WORDS, k=random_source.randrange(1, 40)))


def body(size: int, name: str = "") -> bytes:
    """An engagement as the API sends it, of exactly `size` bytes: people first, then a transcript."""
    # The same for each run, but not the same text again and again, which a processor would know by heart.
    random_source = random.Random(size)
    page = {
        "object": "engagement", "id": name or engagement_id(size), "title": "Quarterly review with Analytical Engines",
        "engagement_type": "MEETING", "processing_status": "COMPLETED", "is_private": False,
        "start_at": "2026-02-03T15:00:00.000Z", "created_at": "2026-02-03T14:58:11.204Z",
        "contacts": [
            {"object": "engagement_contact", "id": f"cnt_01HQY3JMS2QAXJGX6X7C{i:04d}", "first_name": "Ada",
             "last_name": "Lovelace", "emails": [{"email": f"ada{i}@example.com", "is_primary": True}]}
            for i in range(3)
        ],
    }
    if size == STRING:
        return page_with_string(page, size, random_source)
    head = json.dumps(page, separators=(",", ":"))[:-1].encode() + b',"transcript":['
    out, tail = bytearray(head), b'],"summary":"%s"}'
    number = 0
    while True:
        times = f'"start_ms":{number * 2750},"end_ms":{number * 2750 + 2600}'
        segment = f'{{"speaker":"Ada Lovelace",{times},"text":"{said(random_source)}"}}'
        part = (b"," if number else b"") + segment.encode()
        if len(out) + len(part) + len(tail) > size:
            break
        out += part
        number += 1
    out += tail % (b"." * (size - len(out) - len(tail) + 2))
    if len(out) != size:
        raise ValueError(f"a body can't be as small as {size} bytes")
    return bytes(out)


def page_with_string(page: dict, size: int, random_source: random.Random) -> bytes:
    """`page` with a transcript in one string, of `size` bytes in all."""
    out = bytearray(json.dumps(page, separators=(",", ":"))[:-1].encode() + b',"transcript":"')
    while len(out) < size - 500:
        out += f"Ada Lovelace: {said(random_source)}\\n".encode()
    out += b"." * (size - len(out) - 2) + b'"}'
    return bytes(out)


def page(number: int) -> bytes:
    """A page of the list, the first being 0; the cursor of a page is `p` and its number, of the first nothing."""
    items = [
        {"object": "engagement", "id": f"ngmt_01HQY3JMS2QAXL{number:03d}{i:03d}",
         "title": f"Call {i} about the roll-out", "engagement_type": "MEETING", "processing_status": "COMPLETED",
         "is_private": False,
         "created_at": "2026-02-03T14:58:11.204Z", "updated_at": "2026-02-03T16:01:20.000Z",
         "start_at": "2026-02-03T15:00:00.000Z", "end_at": "2026-02-03T16:00:00.000Z", "duration_seconds": 3600,
         "owner_user_id": "usr_01HQY3JMS2QAXJGX6X7C"}
        for i in range(PAGE_ITEMS)
    ]
    is_last = number == PAGES - 1
    listed = {"object": "list", "data": items, "has_more": not is_last,
              "next_cursor": None if is_last else f"p{number + 1}"}
    return json.dumps(listed, separators=(",", ":")).encode()


def certificates(work: Path) -> None:
    """A throw-away authority and a certificate for 127.0.0.1, with openssl."""
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=work, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Benchmark CA")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (work / "server.ext").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "server.ext", "-out", "server.pem")


def free_ports(count: int) -> list:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class LoopbackServer:
    """Runs between `with` and its end. `clear`, `tls`, `tls_logged` and `tls_closing` are base URLs; the last closes
    the connection after each answer. `ca_file` is what a client has to trust."""

    def __init__(self, nginx: str, work: Path):
        self.nginx, self.work = nginx, work
        self.ca_file, self.process = work / "ca.pem", None
        memory = Path("/dev/shm")
        on_memory = memory.is_dir() and os.access(memory, os.W_OK)
        self.bodies = (memory if on_memory else work) / f"engagement-rpc-bodies-{os.getpid()}"

    def __enter__(self) -> "LoopbackServer":
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self) -> None:
        self.bodies.mkdir()
        for size in {SMALL, BIG, STRING, *SIZES}:
            (self.bodies / f"{size}.json").write_bytes(body(size))
        for number in range(100):
            name = f"ngmt_write{number:02d}"
            (self.bodies / f"{name}.json").write_bytes(body(SMALL, name))
        for number in range(PAGES):
            (self.bodies / f"page-{f'p{number}' if number else ''}.json").write_bytes(page(number))
        certificates(self.work)
        ports = free_ports(4)
        variants = [
            ("", ""), ("ssl http2", ""), ("ssl http2", f"access_log {self.work}/keep.log reuse;"),
            ("ssl", f"access_log {self.work}/close.log reuse; keepalive_timeout 0;"),
        ]
        servers = "".join(
            SERVER.format(port=port, tls=tls, extra=extra) for port, (tls, extra) in zip(ports, variants))
        file = self.work / "nginx.conf"
        file.write_text(CONFIGURATION.format(work=self.work, bodies=self.bodies, servers=servers))
        self.process = subprocess.Popen(
            [self.nginx, "-p", str(self.work), "-c", str(file)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.clear, self.tls, self.tls_logged, self.tls_closing = (
            f"{'https' if tls else 'http'}://127.0.0.1:{port}/api" for port, (tls, _) in zip(ports, variants))
        self.wait(ports[0])

    def wait(self, port: int) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("nginx does not start: " + (self.work / "error.log").read_text()[-500:])

    def __exit__(self, *_) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.bodies, ignore_errors=True)

    def connections(self, log: str, skip: int = 0) -> dict:
        """What the log `keep` or `close` says from line `skip` on: requests, connections, those that resumed a TLS
        session, protocols."""
        seen, requests, protocols = {}, 0, set()
        for line in (self.work / f"{log}.log").read_text().splitlines()[skip:]:
            connection, reused, protocol = line.split(" ", 2)
            seen.setdefault(connection, reused == "r")
            protocols.add(protocol)
            requests += 1
        return {"requests": requests, "connections": len(seen), "resumed": sum(seen.values()),
                "protocol": "+".join(sorted(protocols))}

    def log_lines(self, log: str) -> int:
        return len((self.work / f"{log}.log").read_text().splitlines())
