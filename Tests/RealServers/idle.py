#!/usr/bin/env python3
"""A hundred creates and a hundred changes after an idle wait, at servers that others wrote. See Tests/real-servers.

usage: idle.py [--long] BINARY SERVER...
"""

import argparse
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROCESSES, CONNECTIONS = 10, 10
# Seconds that a server keeps an idle connection: (here, by default). HAProxy has none of its own; 50 s is Debian's.
LIMITS = {"nginx": (1, 75), "apache": (5, 5), "haproxy": (1, 50), "uvicorn": (5, 5)}
TOKEN = "sk-apik_real.0123456789abcdef"

CERTIFICATES = """
set -e
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "$@"; }
# Python from 3.13 on asks for the key usage.
new -x509 -keyout ca.key -out ca.pem -days 2 -subj /CN=ca -addext keyUsage=critical,keyCertSign
new -keyout leaf.key -out leaf.csr -subj /CN=leaf
echo subjectAltName=IP:127.0.0.1 >leaf.ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile leaf.ext -out leaf.pem
cat leaf.pem leaf.key >both.pem
"""

NGINX = """
daemon off; user root; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_timeout {limit}s;
    client_body_temp_path {work}/nginx-body; proxy_temp_path {work}/nginx-proxy; fastcgi_temp_path {work}/nginx-f;
    uwsgi_temp_path {work}/nginx-u; scgi_temp_path {work}/nginx-s;
    server {{
        listen 127.0.0.1:{clear} backlog=1024; listen 127.0.0.1:{tls} ssl backlog=1024;
        ssl_certificate {work}/leaf.pem; ssl_certificate_key {work}/leaf.key;
        location / {{ proxy_pass http://127.0.0.1:{api}; }}
    }}
}}
"""

APACHE = """
ServerRoot {work}
ServerName 127.0.0.1
DefaultRuntimeDir {work}
PidFile {work}/apache.pid
ErrorLog {work}/apache.log
User www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LoadModule ssl_module {modules}/mod_ssl.so
Listen 127.0.0.1:{clear}
Listen 127.0.0.1:{tls}
ThreadsPerChild 64
MaxRequestWorkers 640
ServerLimit 10
ThreadLimit 64
ProxyPass / http://127.0.0.1:{api}/ disablereuse=on
<VirtualHost 127.0.0.1:{tls}>
    SSLEngine on
    SSLCertificateFile {work}/leaf.pem
    SSLCertificateKeyFile {work}/leaf.key
    ProxyPass / http://127.0.0.1:{api}/ disablereuse=on
</VirtualHost>
"""

HAPROXY = """
global
    maxconn 4096
defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
    timeout http-keep-alive {limit}s
frontend clear
    bind 127.0.0.1:{clear}
    default_backend api
frontend tls
    bind 127.0.0.1:{tls} ssl crt {work}/both.pem
    default_backend api
backend api
    server one 127.0.0.1:{api}
"""


RESERVED = []


def free_port() -> int:
    """A port that stays bound without a listener, so that nobody else is given it before the server takes it."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", 0))
    RESERVED.append(one)
    return one.getsockname()[1]


class Front:
    """One server, in clear and over TLS, running."""

    def __init__(self, name: str, is_long: bool, work: Path):
        self.name, self.work = name, work
        self.limit = LIMITS[name][1 if is_long else 0]
        self.ports = {"in clear": free_port(), "over TLS": free_port()}
        self.api = free_port()
        self.started = []
        getattr(self, name)()
        for port in [*self.ports.values(), *self.apis]:
            self.wait(port)

    def run(self, *command) -> None:
        log = open(self.work / f"{self.name}.out", "a")
        self.started.append(subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, cwd=self.work))

    def configured(self, text: str) -> Path:
        self.apis = [self.api]
        self.run(sys.executable, HERE / "api.py", self.api)
        self.wait(self.api)
        path = self.work / f"{self.name}.conf"
        path.write_text(text.format(work=self.work, limit=self.limit, clear=self.ports["in clear"],
                                    tls=self.ports["over TLS"], api=self.api, modules="/usr/lib/apache2/modules"))
        return path

    def nginx(self) -> None:
        self.run("nginx", "-c", self.configured(NGINX))

    def apache(self) -> None:
        self.run("apache2", "-DFOREGROUND", "-f", self.configured(APACHE))

    def haproxy(self) -> None:
        self.run("haproxy", "-db", "-f", self.configured(HAPROXY))

    def uvicorn(self) -> None:
        python = ROOT / ".venv/uvicorn/bin/python"
        self.apis = list(self.ports.values())
        secure = ["--ssl-certfile", self.work / "leaf.pem", "--ssl-keyfile", self.work / "leaf.key"]
        for transport, port in self.ports.items():
            self.run(python, "-m", "uvicorn", "--app-dir", HERE, "--log-level", "error", "--port", port, "api:app",
                     *(secure if transport == "over TLS" else []))

    def wait(self, port: int) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                if time.monotonic() > end or any(one.poll() is not None for one in self.started):
                    logs = "".join(path.read_text() for path in self.work.glob(f"{self.name}.*") if path.is_file())
                    sys.exit(f"{self.name} can't be started:\n{logs[-3000:]}")
                time.sleep(0.05)

    def counts(self, transport: str) -> dict:
        """What its API was asked for, by method and thing."""
        port, scheme = self.api, "http"
        if self.name == "uvicorn":
            port, scheme = self.ports[transport], "https" if transport == "over TLS" else "http"
        trust = ssl.create_default_context(cafile=str(self.work / "ca.pem"))
        with urllib.request.urlopen(f"{scheme}://127.0.0.1:{port}/counts", context=trust, timeout=10) as said:
            return json.load(said)

    def stop(self) -> None:
        for one in self.started:
            one.terminate()
        for one in self.started:
            try:
                one.wait(5)
            except subprocess.TimeoutExpired:
                one.kill()


def conversation(binary: str, front: Front, transport: str, verb: str, number: int, results: list) -> None:
    """One process: as many reads at once as it may have connections, an idle wait, and as many writes."""
    scheme = "https" if transport == "over TLS" else "http"
    command = [binary, "--base-url", f"{scheme}://127.0.0.1:{front.ports[transport]}/api", "--max-connections",
               str(CONNECTIONS), "--ca-file", str(front.work / "ca.pem")]
    environment = {"PATH": os.environ["PATH"], "ENGAGEMENT_RPC_TOKEN": TOKEN, "SWIFT_BACKTRACE": "enable=no"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)

    def ask(calls: list) -> list:
        lines = [json.dumps({"jsonrpc": "2.0", "id": at, "method": method, "params": params})
                 for at, (method, params) in enumerate(calls)]
        process.stdin.write("".join(line + "\n" for line in lines))
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in calls]
        return sorted(answers, key=lambda answer: answer["id"])

    names = [f"{transport.split()[-1]}{verb}{number}n{at}" for at in range(CONNECTIONS)]
    warm = ask([("engagement.get", [f"ngmt_{name}"]) for name in names])
    # Past the server's limit by 0.3 to 0.9 s: where it is in the middle of closing, nobody can say who was first.
    time.sleep(front.limit + 0.3 + 0.6 * number / PROCESSES)
    if verb == "PATCH":
        calls = [("contact.update", {"contact_id": f"cnt_{name}", "first_name": "Bo"}) for name in names]
    else:
        calls = [("engagement.create", {"type": "CALL", "title": "T", "source_system": "s", "external_id": name,
                                        "media_url": "https://media.example/a.mp3"}) for name in names]
    answers = ask(calls)
    process.stdin.close()
    status = process.wait(20)
    keys = [f"PATCH cnt_{name}" if verb == "PATCH" else f"POST {name}" for name in names]
    results.append((warm, answers, keys, status))


def judge(front: Front, transport: str, verb: str, results: list) -> bool:
    counts = front.counts(transport)
    answered = unknown = attempts = counted = 0
    problems = []
    for warm, answers, keys, status in results:
        if status != 0 or any("result" not in one for one in warm):
            problems.append(f"status {status}; {[one for one in warm if 'result' not in one][:1]}")
        for answer, key in zip(answers, keys):
            told = answer["result"]["meta"] if "result" in answer else answer["error"]["data"]
            answered += "result" in answer
            unknown += told.get("applied") == "unknown"
            attempts += told["attempts"]
            counted += counts.get(key, 0)
            if "result" not in answer or told["attempts"] != counts.get(key, 0):
                problems.append(f"{key}: {json.dumps(answer)}, counted {counts.get(key, 0)}")
    total = PROCESSES * CONNECTIONS
    is_good = not problems and answered == total and len(results) == PROCESSES
    print(f"{front.name} {transport}, idle for longer than {front.limit} s: {total} {verb}, {answered} answered, "
          f"{unknown} unknown, {attempts} attempts, {counted} counted: {'ok' if is_good else 'FAILED'}", flush=True)
    for problem in problems[:3]:
        print("    " + problem)
    return is_good


def run(binary: str, front: Front) -> list:
    """Every conversation with one server, at once: whether each kind of them went well."""
    try:
        jobs = [(front, transport, verb, []) for transport in front.ports for verb in ("POST", "PATCH")]
        threads = [threading.Thread(target=conversation, args=(binary, *job[:3], number, job[3]))
                   for job in jobs for number in range(PROCESSES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [judge(*job) for job in jobs]
    finally:
        front.stop()


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--long", action="store_true")
    words.add_argument("binary")
    words.add_argument("servers", nargs="+")
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="real-servers-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        subprocess.run(["sh", "-c", CERTIFICATES], cwd=work, check=True, capture_output=True)
        verdicts = [verdict for name in given.servers for verdict in run(given.binary, Front(name, given.long, work))]
    return 0 if all(verdicts) else 1


sys.exit(main())
