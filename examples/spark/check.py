"""Replaces the contacts of many engagements over two executors, kills one of them, and looks at what an API has recorded:

    check.py [ENGAGEMENTS]
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyspark

HERE = Path(__file__).resolve().parent


class Server(asyncio.Protocol):
    """An API that knows one method, and records who takes part in each engagement, and how often that was written."""

    record = {}
    writes = 0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, rest = self.buffer.split(b"\r\n\r\n", 1)
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            identifier = head.split(b" ", 2)[1].split(b"/")[-2].decode()
            times = self.record.get(identifier, (0, None))[0]
            self.record[identifier] = (times + 1, json.loads(rest[:length])["contact_ids"])
            Server.writes += 1
            body = b'{"object":"engagement","id":"%s"}' % identifier.encode()
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )


def serve():
    """Serves for ever on a thread of its own; gives the port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Server, "127.0.0.1", 0, backlog=256))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return server.sockets[0].getsockname()[1]


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def processes(word, group=None):
    """The processes, of that process group, whose command line has that word."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if word in (entry / "cmdline").read_bytes() and group in (None, os.getpgid(int(entry.name))):
                parents[int(entry.name)] = parent(entry.name)
        except OSError:
            continue
    # A JVM that starts a program is there twice for a moment.
    return [pid for pid, above in parents.items() if above not in parents]


def check(fact, what):
    if not fact:
        sys.exit(f"spark: {what}")


def main():
    # So that the cluster goes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    wanted = {f"ngmt_{number}": [f"cnt_{number}a", f"cnt_{number}b"] for number in range(count)}
    with tempfile.TemporaryDirectory() as folder:
        requests, answers = Path(folder, "requests.jsonl"), Path(folder, "answers")
        with requests.open("w") as file:
            for number, params in enumerate(wanted.items()):
                request = {"jsonrpc": "2.0", "id": number, "method": "engagement.replaceContacts", "params": params}
                file.write(json.dumps(request) + "\n")
        Path(folder, "token").write_text("sk-apik_check000000000000000\n")
        base = f"http://127.0.0.1:{serve()}/api"
        command = [sys.executable, HERE / "run.py", requests, answers, "--master", "local-cluster[2,1,1024]"]
        command += ["--partitions", "8"]  # Few enough that each takes a while.
        flags = ["--base-url", base, "--token-file", Path(folder, "token")]
        # A local cluster writes into Spark's own folder.
        home = Path(folder, "spark")
        home.mkdir()
        for part in Path(pyspark.__file__).parent.iterdir():
            (home / part.name).symlink_to(part)
        here = {"SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": folder, "SPARK_LOCAL_IP": "127.0.0.1"}
        # A JVM that is killed leaves its libraries behind.
        here |= {"TMPDIR": folder, "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={folder}"}
        environment = {**os.environ, **here, "PYSPARK_PYTHON": sys.executable}
        environment.pop("ENGAGEMENT_RPC_TOKEN", None)
        log = Path(folder, "log")
        job = subprocess.Popen(
            [*command, *flags],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            start_new_session=True,
        )
        token = str(flags[-1]).encode()
        try:
            killed, before = 0, set()
            while job.poll() is None and not killed:
                time.sleep(0.03)
                executors = processes(b"CoarseGrainedExecutorBackend", job.pid)
                running = set(processes(token)) - {job.pid}
                # In the middle of a partition, not between two.
                middle, before = running & before, running
                if middle and Server.writes > count / 3:
                    check(len(executors) == 2, f"{len(executors)} executors, not 2")
                    # Above it are Spark's worker, its daemon, and the executor.
                    try:
                        executor = parent(parent(parent(middle.pop())))
                    except OSError:
                        continue
                    check(executor in executors, "whose process is it?")
                    os.kill(executor, signal.SIGKILL)
                    killed = 1
            said = job.communicate(timeout=540)[0].decode()
            time.sleep(1)
            # Those of the killed executor too: they end by themselves.
            left = processes(token)
        finally:
            try:
                os.killpg(job.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        check(job.returncode == 0, f"status {job.returncode}\n{log.read_text()[-3000:]}")
        check(killed, "done before an executor was killed")
        check(not left, f"{len(left)} processes left behind")
        print(said, end="")
        seen = [json.loads(line) for part in answers.glob("part-*") for line in part.open()]
        check(sorted(answer["id"] for answer in seen) == list(range(count)), "an id without its one answer")
        check(all("result" in answer for answer in seen), "an answer is an error")
    check({name: contacts for name, (_, contacts) in Server.record.items()} == wanted, "the record is not what was asked")
    again = sum(times > 1 for times, _ in Server.record.values())
    check(again, "no partition was run again")
    print(f"spark: {count} requests, each answered once; 1 of 2 executors killed; {again} written again; the record is right")


if __name__ == "__main__":
    main()
