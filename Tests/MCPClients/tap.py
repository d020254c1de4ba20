"""Runs a server between a client and its pipes and records every line of both directions.

usage: tap.py RECORDING COMMAND [ARGUMENT...]
"""

import json
import os
import signal
import subprocess
import sys
import threading

record = open(sys.argv[1], "a", buffering=1)
lock = threading.Lock()
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())


def note(direction, line):
    with lock:
        record.write(json.dumps({"dir": direction, "line": line.decode("utf-8", "replace").rstrip("\r\n")}) + "\n")


def forward():
    for line in sys.stdin.buffer:
        note("in", line)
        try:
            child.stdin.write(line)
            child.stdin.flush()
        except BrokenPipeError:
            return
    child.stdin.close()


threading.Thread(target=forward, daemon=True).start()
for line in child.stdout:
    note("out", line)
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
os._exit(child.wait())
