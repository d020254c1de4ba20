"""Runs a server for a host, and writes down what was said and what the sandbox behind it really received.

usage: witness.py RECORDING COMMAND [ARGUMENT...]

The recording has a line for each message, {"dir": "in" or "out", "line"}, and after each answer to the host, and at the
end of its input, one with what `sandbox.requests` says, {"received": [...]}; those questions and answers the host never
sees. The functions here read a recording.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

MARK = "witness-"


def lines(recording):
    with open(recording) as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


def received(recording):
    """The requests that the sandbox had received when the last answer had gone out, each as it tells them."""
    for _ in range(1000):
        found = lines(recording)
        answers = sum(line.get("dir") == "out" and is_answer(line["line"]) for line in found)
        told = [line["received"] for line in found if "received" in line]
        if len(told) >= answers:
            return told[-1]
        time.sleep(0.01)
    raise SystemExit(f"{recording}: the server ended before it could be asked what it had done")


def is_answer(line):
    message = json.loads(line)
    return isinstance(message, dict) and "method" not in message


def writes(recording):
    return [request for request in received(recording) if request["method"] != "GET"]


def asked(recording):
    """The questions that were put to the host, each with the result that it answered, None if it answered with none.

    Up to 2025-11-25 a request of the server's; from 2026-07-28 a result that wants input, answered by calling again.
    """
    questions = {}
    for line in lines(recording):
        message = json.loads(line["line"]) if "line" in line else {}
        if line.get("dir") == "out" and message.get("method") == "elicitation/create":
            questions[message["id"]] = [message["params"], None]
        elif line.get("dir") == "out" and (message.get("result") or {}).get("resultType") == "input_required":
            for name, request in message["result"]["inputRequests"].items():
                questions[message["result"]["requestState"], name] = [request["params"], None]
        elif line.get("dir") == "in" and "method" not in message and message.get("id") in questions:
            questions[message["id"]][1] = message.get("result")
        elif line.get("dir") == "in" and "requestState" in message.get("params", {}):
            for name, answer in message["params"].get("inputResponses", {}).items():
                questions[message["params"]["requestState"], name][1] = answer.get("result", answer)
    return [tuple(question) for question in questions.values()]


def main():
    record = open(sys.argv[1], "a", buffering=1)
    lock = threading.Lock()
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    signal.signal(signal.SIGINT, lambda *_: child.terminate())
    count = 0

    def note(**line):
        record.write(json.dumps(line) + "\n")

    def send(line):
        with lock:
            try:
                child.stdin.write(line)
                child.stdin.flush()
            except (BrokenPipeError, ValueError):
                pass

    def ask():
        nonlocal count
        count += 1
        send(json.dumps({"jsonrpc": "2.0", "id": f"{MARK}{count}", "method": "sandbox.requests"}).encode() + b"\n")

    def forward():
        for line in sys.stdin.buffer:
            note(dir="in", line=line.decode("utf-8", "replace").rstrip("\r\n"))
            send(line)
        ask()
        with lock:
            child.stdin.close()

    threading.Thread(target=forward, daemon=True).start()
    for line in child.stdout:
        message = json.loads(line)
        if isinstance(message, dict) and str(message.get("id", "")).startswith(MARK):
            note(received=message["result"]["data"]["requests"])
            continue
        note(dir="out", line=line.decode("utf-8", "replace").rstrip("\r\n"))
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        if is_answer(line):
            ask()
    os._exit(child.wait())


if __name__ == "__main__":
    main()
